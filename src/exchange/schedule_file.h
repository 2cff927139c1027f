#pragma once
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "construction/network.h"

namespace stargate::exchange {

/// True for a name that ends as the files do that read_schedule reads: .xer, .xml, .sm.
bool is_schedule_file(std::string_view name);

/// A schedule of another program: Primavera P6 (XER or XML), Microsoft Project (XML), or a PSPLIB instance (.sm). What
/// it is shows in its first lines. InputError as the readers of each.
construction::Network read_schedule(const std::string& file, std::string_view text, Diagnostics& diagnostics);

/// The schedule in the form of P6 or of Microsoft Project. A file that was read in that form is written back with its
/// dates replaced; `text` is what was read, empty if nothing was.
std::string schedule_as_xer(const std::string& file, std::string_view text, const construction::Network& network,
                            const construction::CriticalPath& cpm);
std::string schedule_as_msproject(const std::string& file, std::string_view text, const construction::Network& network,
                                  const construction::CriticalPath& cpm);

}  // namespace stargate::exchange
