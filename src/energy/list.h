#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace stargate::energy {

/// The lists of a network whose members have a capacity. Storage units have up to three: power (of dispatch), and,
/// where they are decided apart from it, energy and charging power.
enum class List { generators, lines, transformers, links, storage_units, stores, storage_energy, storage_charge };
inline constexpr std::array all_lists{List::generators,    List::lines,  List::transformers,   List::links,
                                      List::storage_units, List::stores, List::storage_energy, List::storage_charge};
inline constexpr std::size_t list_count = all_lists.size();
std::string_view list_name(List list);  ///< "generators", "storage_units", ...

}  // namespace stargate::energy
