#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "energy/network.h"

namespace stargate::exchange {

/// One PyPSA attribute and the member that holds it; the table of each component serves its reader and its writer.
template <class Component>
struct PypsaAttribute {
  std::string name;
  std::variant<std::string Component::*, double Component::*, bool Component::*, energy::Profile Component::*> member;
};

template <class Component>
const std::vector<PypsaAttribute<Component>>& pypsa_attributes();

template <> const std::vector<PypsaAttribute<energy::Bus>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::Carrier>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::Generator>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::Load>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::Link>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::StorageUnit>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::Store>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::GlobalConstraint>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::LineType>>& pypsa_attributes();
template <> const std::vector<PypsaAttribute<energy::TransformerType>>& pypsa_attributes();
/// Lines and transformers share a type, not a table.
const std::vector<PypsaAttribute<energy::Branch>>& pypsa_line_attributes();
const std::vector<PypsaAttribute<energy::Branch>>& pypsa_transformer_attributes();

/// Attributes that do not bear on the optimisation (drawing, power flow set points, results of an earlier solve).
bool pypsa_attribute_is_idle(const std::string& list, const std::string& attribute);

}  // namespace stargate::exchange
