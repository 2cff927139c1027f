#include "energy/names.h"

#include <format>

namespace stargate::energy {

lp::ModelNames programme_names(const System& system, const Formulation& f) {
  lp::ModelNames names;
  names.columns.resize(f.model.cost.size());
  names.rows.resize(static_cast<std::size_t>(f.model.rows()));
  const auto put = [](std::vector<std::string>& all, int at, std::string name) {
    if (at >= 0) all[static_cast<std::size_t>(at)] = std::move(name);
  };
  const Network& first = system.first();
  for (const List list : all_lists) {
    const auto l = static_cast<std::size_t>(list);
    for (std::size_t i = 0; i < list_size(first, list); ++i) {
      const std::string member = std::format("{}.{}", list_name(list), capacity_of(first, list, i).name);
      put(names.columns, f.layout.capacity[l][i], "capacity." + member);
      put(names.columns, f.layout.modules[l][i], "modules." + member);
      put(names.columns, f.layout.added[l][i], "added." + member);
    }
  }
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const Network& net = system.scenarios[s].network;
    const auto& ops = f.layout.operation[s];
    const std::string future = system.scenarios.size() > 1 ? "." + system.scenarios[s].name : "";
    const auto block = [&](const Block& b, const std::string& what, auto name_of) {
      for (std::size_t t = 0; b.is_there() && t < net.snapshots.size(); ++t)
        for (std::size_t i = 0; i < b.members; ++i) put(names.columns, b(t, i), std::format("{}.{}.{}{}", what, name_of(i), t, future));
    };
    const auto of = [&](List list) { return [&net, list](std::size_t i) { return capacity_of(net, list, i).name; }; };
    for (const List list : all_lists) block(ops.flow[static_cast<std::size_t>(list)], std::format("p.{}", list_name(list)), of(list));
    for (const auto& [b, what] : {std::pair{&ops.charge, "charge"}, {&ops.state_of_charge, "level"}, {&ops.spill, "spill"}})
      block(*b, std::format("{}.storage_units", what), of(List::storage_units));
    block(ops.energy, "level.stores", of(List::stores));
    for (const auto& [c, list] : {std::pair{&ops.generators, List::generators}, {&ops.links, List::links}}) {
      const auto name = [&](std::size_t k) { return capacity_of(net, list, c->members[k]).name; };
      block(c->status, std::format("status.{}", list_name(list)), name);
      block(c->start_up, std::format("start_up.{}", list_name(list)), name);
      block(c->shut_down, std::format("shut_down.{}", list_name(list)), name);
    }
    for (std::size_t t = 0; t < net.snapshots.size(); ++t)
      for (std::size_t b = 0; b < net.buses.size(); ++b)
        put(names.rows, f.layout.balance[s] + static_cast<int>(t * net.buses.size() + b), std::format("balance.{}.{}{}", net.buses[b].name, t, future));
    for (std::size_t k = 0; k < net.global_constraints.size(); ++k)
      put(names.rows, f.layout.global_constraint[s][k], std::format("global.{}{}", net.global_constraints[k].name, future));
    const auto& policy = ops.policy;
    for (std::size_t t = 0; t < net.snapshots.size(); ++t)
      for (std::size_t h = 0; h < policy.hourly.size(); ++h)
        put(names.rows, policy.hourly_row + static_cast<int>(t * policy.hourly.size() + h),
            std::format("row.{}.{}{}", net.policies.rows[policy.hourly[h]].name, t, future));
    for (std::size_t k = 0; k < policy.once_row.size(); ++k) put(names.rows, policy.once_row[k], std::format("row.{}{}", net.policies.rows[k].name, future));
  }
  for (const RowSpan& span : f.layout.rows) {
    if (span.kind == RowKind::nodal_balance) continue;
    const Network& net = system.scenarios[span.scenario].network;
    const char* what = span.kind == RowKind::capacity_limit ? "limit" : "energy";
    for (int r = span.first; r < span.end; ++r)
      put(names.rows, r, std::format("{}.{}.{}.{}", what, list_name(span.list), capacity_of(net, span.list, span.member).name, r - span.first));
  }
  return names;
}

}  // namespace stargate::energy
