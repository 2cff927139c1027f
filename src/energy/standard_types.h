#pragma once
#include <optional>
#include <string_view>

#include "energy/network.h"

namespace stargate::energy {

/// Standard types of lines (ohm and nF a km) and two-winding transformers (per cent of the rated impedance), as pandapower
/// and PyPSA carry them (Oeding and Oswald, 'Elektrische Kraftwerke und Netze', 2011; Heuck et al., 2010). A network's own
/// types of the same name come first.
std::optional<LineType> find_line_type(const Network& network, std::string_view name);
std::optional<TransformerType> find_transformer_type(const Network& network, std::string_view name);

}  // namespace stargate::energy
