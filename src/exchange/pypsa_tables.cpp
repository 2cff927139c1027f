#include "exchange/pypsa_tables.h"

#include <algorithm>

namespace stargate::exchange {

const PypsaColumn* PypsaTable::column(std::string_view attribute) const {
  const auto at = std::ranges::find(columns, attribute, &PypsaColumn::attribute);
  return at == columns.end() ? nullptr : &*at;
}

const PypsaTable* PypsaDataset::table(std::string_view list) const {
  const auto at = std::ranges::find(tables, list, &PypsaTable::list);
  return at == tables.end() ? nullptr : &*at;
}

const std::vector<std::string>& pypsa_lists() {
  static const std::vector<std::string> lists{
      "buses", "carriers", "generators", "global_constraints", "line_types", "lines", "links", "loads", "processes", "shapes",
      "shunt_impedances", "storage_units", "stores", "sub_networks", "transformer_types", "transformers"};
  return lists;
}

std::string pypsa_list_of(std::string_view variable) {
  for (const auto& list : pypsa_lists())
    if (variable.starts_with(list) && variable.size() > list.size() + 1 && variable[list.size()] == '_') return list;
  return {};
}

}  // namespace stargate::exchange
