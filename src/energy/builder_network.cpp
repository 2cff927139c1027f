// Kirchhoff's laws: what comes to a bus leaves it; voltage angles add up to nothing around a cycle.
#include <algorithm>
#include <cmath>
#include <format>
#include <numbers>
#include <ranges>

#include "base/diagnostics.h"
#include "energy/builder.h"
#include "energy/sensitivity.h"

namespace stargate::energy {

namespace {

/// What a member adds to the balance of a bus: coefficient(t) * column(source(t)).
struct Incidence {
  const Block* block;
  std::size_t member;
  double sign;
  const Profile* coefficient;       ///< or none
  std::vector<long> source = {};  ///< of a delayed delivery: the snapshot it left in, -1 for none
};

/// Where what arrives after a delay left: the last snapshot that began at least the delay before, counted in generator
/// weights (whole units of them) within the investment period; around its end where that is cyclic. O(snapshots log).
std::vector<long> delay_sources(const Network& net, const std::string& link, double delay, bool cyclic) {
  const auto late = std::floor(delay);
  if (!(late > 0)) return {};
  const std::size_t n = net.snapshots.size();
  std::vector<long> source(n, -1);
  for (std::size_t first = 0, end = 0; first < n; first = end) {
    std::vector<double> begin;
    double total = 0;
    for (end = first; end < n && net.snapshots[end].period == net.snapshots[first].period && net.snapshots[end].run == net.snapshots[first].run; ++end) {
      begin.push_back(total);
      total += net.snapshots[end].generators;
    }
    if (cyclic && !(total > 0)) throw InputError({}, std::format("link '{}': a cyclic delay needs generator weightings above 0", link));
    for (std::size_t k = 0; k < begin.size(); ++k) {
      double left = begin[k] - late;
      if (cyclic && left < 0) left += std::ceil(-left / total) * total;
      if (left < 0) continue;
      if (cyclic && left >= total) left -= total;
      source[first + k] = static_cast<long>(first) + (std::ranges::upper_bound(begin, left) - begin.begin()) - 1;
    }
  }
  return source;
}

}  // namespace

void Builder::balance_rows(Scene& scene) {
  const Network& net = scene.net;
  const auto index = bus_index(net);
  std::vector<std::vector<Incidence>> at(net.buses.size());
  const auto& flow = scene.ops.flow;
  const auto& of = [&](List list) { return &flow[static_cast<std::size_t>(list)]; };
  const auto join = [&](const std::string& bus, Incidence incidence) { at[index.at(bus)].push_back(std::move(incidence)); };
  for (std::size_t i = 0; i < net.generators.size(); ++i) join(net.generators[i].bus, {of(List::generators), i, net.generators[i].sign, nullptr});
  for (std::size_t i = 0; i < net.storage_units.size(); ++i) {
    const auto& s = net.storage_units[i];
    join(s.bus, {of(List::storage_units), i, s.sign, nullptr});
    join(s.bus, {&scene.ops.charge, i, -s.sign, nullptr});
  }
  for (std::size_t i = 0; i < net.stores.size(); ++i) join(net.stores[i].bus, {of(List::stores), i, net.stores[i].sign, nullptr});
  for (const List list : {List::lines, List::transformers}) {
    const auto& branches = list == List::lines ? net.lines : net.transformers;
    for (std::size_t i = 0; i < branches.size(); ++i) {
      join(branches[i].bus0, {of(list), i, -1, nullptr});
      join(branches[i].bus1, {of(list), i, 1, nullptr});
    }
  }
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> curved;  // ports that follow a curve
  for (std::size_t k = 0; k < scene.ops.curves.size(); ++k)
    if (scene.ops.curves[k].of == CurveUse::Of::port) curved[{scene.ops.curves[k].member, scene.ops.curves[k].port}] = k;
  for (std::size_t i = 0; i < net.links.size(); ++i)
    for (std::size_t k = 0; k < net.links[i].ports.size(); ++k) {
      const auto& port = net.links[i].ports[k];
      auto sources = delay_sources(net, net.links[i].name, port.delay, port.cyclic_delay);
      if (const auto curve = curved.find({i, k}); curve != curved.end()) join(port.bus, {&scene.ops.curve_value, curve->second, 1, nullptr, std::move(sources)});
      else join(port.bus, {of(List::links), i, 1, &port.coefficient, std::move(sources)});
    }
  static const Profile half = 0.5;
  for (std::size_t k = 0; k < scene.ops.lossy.size(); ++k)
    for (const auto& port : net.links[scene.ops.lossy[k]].ports | std::views::take(2)) join(port.bus, {&scene.ops.loss, k, -1, &half, {}});
  for (const List list : {List::lines, List::transformers}) {
    const Block& loss = list == List::lines ? scene.ops.line_loss : scene.ops.transformer_loss;
    const auto& branches = list == List::lines ? net.lines : net.transformers;
    for (std::size_t i = 0; loss.is_there() && i < branches.size(); ++i)
      for (const auto* bus : {&branches[i].bus0, &branches[i].bus1}) join(*bus, {&loss, i, -1, &half, {}});
  }
  std::vector<std::vector<const Load*>> loads(net.buses.size());
  for (const auto& load : net.loads)
    if (load.active) loads[index.at(load.bus)].push_back(&load);

  const int first = model_.rows();
  out_.layout.balance.push_back(first);
  const std::size_t snapshots = net.snapshots.size();
  for (std::size_t t = 0; t < snapshots; ++t)
    for (std::size_t b = 0; b < net.buses.size(); ++b) {
      double demand = net.buses[b].shunt_mw;
      for (const Load* load : loads[b]) demand -= load->sign * load->p_set[t];
      if (at[b].empty() && demand != 0)
        throw InputError({}, std::format("bus '{}' has a load of {} in snapshot {} and nothing that could meet it", net.buses[b].name, demand, t));
      for (const auto& x : at[b]) {
        const long from = x.source.empty() ? static_cast<long>(t) : x.source[t];
        if (from < 0) continue;
        model_.term((*x.block)(static_cast<std::size_t>(from), x.member), x.sign * (x.coefficient ? (*x.coefficient)[t] : 1));
      }
      model_.end_row(demand, demand);
    }
  note_rows(scene, RowKind::nodal_balance, {}, 0, first);
}

namespace {
std::size_t shifter_place(const std::vector<std::size_t>& shifters, std::size_t transformer) {
  return static_cast<std::size_t>(std::ranges::lower_bound(shifters, transformer) - shifters.begin());
}
}  // namespace

/// Around each cycle, x s + shift adds up to nothing; shifts may vary, and some are decided.
void Builder::kirchhoff_rows(Scene& scene) {
  const Network& net = scene.net;
  constexpr double degree = std::numbers::pi / 180;
  const std::size_t periods = std::max<std::size_t>(net.periods.size(), 1);
  for (std::size_t p = 0; p < periods; ++p) {
    const Topology top = topology(net, p);
    if (scene.index == 0 && p == 0) out_.notes.insert(out_.notes.end(), top.notes.begin(), top.notes.end());
    const auto branch_of = [&](const Wire& w) -> const Branch& { return w.is_transformer ? net.transformers[w.component] : net.lines[w.component]; };
    for (const auto& cycle : top.cycles) {
      double largest = 0, shift = 0;
      bool varies = false, decided = false;
      for (const auto& step : cycle) {
        const Wire& w = top.wires[step.wire];
        largest = std::max(largest, std::abs(w.impedance));
        shift += step.direction * w.shift;
        if (!net.phase_shifts_count) continue;
        varies = varies || !branch_of(w).phase_shift.hourly.empty();
        decided = decided || branch_of(w).shift_is_decided();
      }
      if (largest == 0) {
        if (std::abs(shift) > 1e-12 || varies || decided) throw InputError({}, "a cycle of branches without impedance holds a phase shift");
        continue;
      }
      for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
        if (static_cast<std::size_t>(net.snapshots[t].period) != p) continue;
        double known = varies ? 0 : shift;
        for (const auto& step : cycle) {
          const Wire& w = top.wires[step.wire];
          const Branch& b = branch_of(w);
          const List list = w.is_transformer ? List::transformers : List::lines;
          model_.term(scene.ops.flow[static_cast<std::size_t>(list)](t, w.component), step.direction * w.impedance / largest);
          const bool own = net.phase_shifts_count && b.shift_is_decided();
          if (own) model_.term(scene.ops.shift(t, shifter_place(scene.ops.shifters, w.component)), step.direction * degree / largest);
          else if (varies) known += step.direction * (b.phase_shift.hourly.empty() ? w.shift : b.phase_shift[t] * degree);
        }
        model_.end_row(-known / largest, -known / largest);
      }
    }
  }
}

/// After the loss of a branch k every other branch l carries s(l) + LODF(l, k) s(k): within the same limits.
void Builder::security_rows(Scene& scene) {
  const Network& net = scene.net;
  const bool all = options_.outages.size() == 1 && options_.outages[0] == "all";
  for (std::size_t p = 0; p < std::max<std::size_t>(net.periods.size(), 1); ++p) {
    const Topology top = topology(net, p);
    const Sensitivity sensitivity(top, net.buses.size());
    const auto list_of = [](const Wire& w) { return w.is_transformer ? List::transformers : List::lines; };
    const auto branch_of = [&](const Wire& w) -> const Branch& { return w.is_transformer ? net.transformers[w.component] : net.lines[w.component]; };
    for (const auto& name : options_.outages)
      if (!all && std::ranges::none_of(top.wires, [&](const Wire& w) { return branch_of(w).name == name; }))
        throw InputError({}, std::format("outage '{}': no line or transformer has that name", name));
    std::size_t parting = 0;
    for (std::size_t k = 0; k < top.wires.size(); ++k) {
      const Wire& lost = top.wires[k];
      if (!all && std::ranges::find(options_.outages, branch_of(lost).name) == options_.outages.end()) continue;
      const auto factors = sensitivity.outage(k);
      if (factors.empty()) {
        ++parting;
        continue;
      }
      for (std::size_t l = 0; l < top.wires.size(); ++l) {
        if (l == k || std::abs(factors[l]) < 1e-6) continue;
        const Wire& w = top.wires[l];
        const int capacity = capacity_column(list_of(w), w.component);
        const Branch& b = branch_of(w);
        for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
          if (static_cast<std::size_t>(net.snapshots[t].period) != p) continue;
          for (const double side : {1.0, -1.0}) {
            model_.term(scene.ops.flow[static_cast<std::size_t>(list_of(w))](t, w.component), side);
            model_.term(scene.ops.flow[static_cast<std::size_t>(list_of(lost))](t, lost.component), side * factors[l]);
            if (capacity >= 0) model_.term(capacity, -b.s_max_pu[t]);
            model_.end_row(-lp::infinity, capacity >= 0 ? 0 : b.s_max_pu[t] * b.nominal);
          }
        }
      }
    }
    if (parting > 0 && scene.index == 0) out_.left_out.push_back(std::format("{} outages, which part an island", parting));
  }
}

}  // namespace stargate::energy
