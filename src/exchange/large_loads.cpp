#include "exchange/large_loads.h"

#include "base/files.h"
#include "base/record.h"

namespace stargate::exchange {

namespace {

struct LoadRow : Row {
  std::string load, bus;
  double most = energy::unlimited, connection_cost = 0;
  std::optional<double> total, block, curtailable_share, curtailable_hours, curtailment_cost, ramp, onsite_capital_cost, onsite_marginal_cost,
      onsite_most, storage_capital_cost, storage_hours;
};

const Table<LoadRow>& load_table() {
  static const Table<LoadRow> table{
      "large_loads",
      "Loads that may be placed: a row a step of a connection; what holds for the whole load stands in its first row",
      {field("load", &LoadRow::load, "name of the load; several rows may share it"),
       field("bus", &LoadRow::bus, "where it may go"),
       field("most", &LoadRow::most, "power that this step takes").from(0).optional(),
       field("connection_cost", &LoadRow::connection_cost, "per unit of power over the horizon").optional(),
       field("total", &LoadRow::total, "power to be placed").from(0).optional(),
       field("block", &LoadRow::block, "taken in whole blocks of this size").from(0).optional(),
       field("curtailable_share", &LoadRow::curtailable_share, "of full power, that may be off").range(0, 1).optional(),
       field("curtailable_hours", &LoadRow::curtailable_hours, "equivalent hours of full power that may be missing").from(0).optional(),
       field("curtailment_cost", &LoadRow::curtailment_cost, "per unit of energy not served").from(0).optional(),
       field("ramp", &LoadRow::ramp, "per unit of power from one snapshot to the next").range(0, 1).optional(),
       field("onsite_capital_cost", &LoadRow::onsite_capital_cost, "of generation beside the load, per unit of power").from(0).optional(),
       field("onsite_marginal_cost", &LoadRow::onsite_marginal_cost, "per unit of energy").optional(),
       field("onsite_most", &LoadRow::onsite_most, "at one site").from(0).optional(),
       field("storage_capital_cost", &LoadRow::storage_capital_cost, "of storage beside the load, per unit of power").from(0).optional(),
       field("storage_hours", &LoadRow::storage_hours, "of that storage at full power").from(0).optional()}};
  return table;
}

}  // namespace

std::vector<energy::LargeLoad> read_large_loads(const std::string& file) {
  Diagnostics diagnostics;
  const auto rows = read_table(load_table(), parse_csv(file, read_file(file), diagnostics), diagnostics);
  std::vector<energy::LargeLoad> loads;
  for (const auto& row : rows) {
    auto at = std::ranges::find(loads, row.load, &energy::LargeLoad::name);
    const bool first = at == loads.end();
    if (first) {
      at = loads.insert(loads.end(), energy::LargeLoad{});
      at->name = row.load;
      if (!row.total) diagnostics.error({file, row.line, 1}, "'" + row.load + "' has no total", "the first row of a load says how much is to be placed");
    }
    at->sites.push_back({row.bus, row.most, row.connection_cost});
    const auto take = [&](const std::optional<double>& from, double& to, std::string_view name) {
      if (!from) return;
      if (!first && *from != to)
        diagnostics.error({file, row.line, 1}, std::format("'{}' has {} {} here and {} above", row.load, name, *from, to), "it holds for the load as a whole: once, in its first row");
      to = *from;
    };
    take(row.total, at->total, "total");
    take(row.block, at->block, "block");
    take(row.curtailable_share, at->curtailable_share, "curtailable_share");
    take(row.curtailable_hours, at->curtailable_hours, "curtailable_hours");
    take(row.curtailment_cost, at->curtailment_cost, "curtailment_cost");
    take(row.ramp, at->ramp, "ramp");
    take(row.onsite_capital_cost, at->onsite_capital_cost, "onsite_capital_cost");
    take(row.onsite_marginal_cost, at->onsite_marginal_cost, "onsite_marginal_cost");
    take(row.onsite_most, at->onsite_most, "onsite_most");
    take(row.storage_capital_cost, at->storage_capital_cost, "storage_capital_cost");
    take(row.storage_hours, at->storage_hours, "storage_hours");
  }
  diagnostics.throw_if_errors();
  return loads;
}

}  // namespace stargate::exchange
