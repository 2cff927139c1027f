#include "plan/extract_baseline.h"

#include "energy/result.h"
#include "plan/quarter_dispatch.h"

namespace stargate::plan {

namespace {

using energy::List;
constexpr double least_mw = 1e-3;

class BaselineExtractor {
 public:
  BaselineExtractor(const Formulation& f, const Baseline& baseline, std::size_t d, Plan& plan)
      : in_(f.instance), p_(in_.p), q_((*f.quarters)[d]), d_(in_.dispatch[d]), plan_(plan) {
    lp::Solution solution;
    solution.status = lp::Status::optimal;
    solution.value = baseline.value[d];
    solution.row_dual = baseline.row_dual[d];
    energy::Result result;
    energy::read_solution(q_.system, q_.grid, solution, result);
    operation_ = std::move(result.operation.front());
    store_values(solution.row_dual);
  }

  void write() {
    for (std::size_t k = 0; k < steps().size(); ++k) {
      for (std::size_t z = 0; z < p_.zones.size(); ++z) zone(z, k);
      for (std::size_t l = 0; l < p_.lines.size(); ++l) {
        FlowStep row;
        row.line = p_.lines[l].id;
        row.mw = of(List::links, k, 2 * l) - of(List::links, k, 2 * l + 1);
        if (std::abs(row.mw) > least_mw) add(plan_.baseline_flows, std::move(row), k);
      }
    }
  }

 private:
  const std::vector<Step>& steps() const { return in_.steps[d_.season]; }
  double of(List list, std::size_t k, std::size_t member) const {
    return operation_.flow[static_cast<std::size_t>(list)](k, member) * thousand;
  }

  /// What one more MWh in each store at the end of each step is worth: the dual of the row that ends with it, in the
  /// row's direction (more known energy costs less), by the days that the step stands for.
  void store_values(const std::vector<double>& dual) {
    value_.assign(q_.system.first().storage_units.size(), std::vector<double>(steps().size()));
    for (const auto& span : q_.grid.layout.rows)
      if (span.kind == energy::RowKind::energy_balance && span.list == List::storage_units)
        for (int r = span.first; r < span.end; ++r) {
          const auto k = at(r - span.first);
          const auto& snapshot = q_.system.first().snapshots[k];
          value_[static_cast<std::size_t>(span.member)][k] = -dual[at(r)] * snapshot.stores / snapshot.objective;
        }
  }

  template <class Record>
  void add(std::vector<Record>& rows, Record row, std::size_t k) const {
    const auto& step = steps()[k];
    row.quarter = p_.quarter(d_.quarter);
    row.day = p_.days[at(step.day)].id;
    row.hour = step.hour;
    rows.push_back(std::move(row));
  }

  void source(std::size_t z, std::size_t k, const std::string& id, const char* kind, double mw) {
    if (mw <= least_mw) return;
    SourceStep row;
    row.zone = p_.zones[z].id;
    row.source = id;
    row.kind = kind;
    row.mw = mw;
    add(plan_.baseline_sources, std::move(row), k);
  }

  void zone(std::size_t z, std::size_t k) {
    BaselineZone row;
    row.zone = p_.zones[z].id;
    row.unserved_mw = of(List::generators, k, at(q_.members.unserved[z]));
    row.price_usd_per_mwh = operation_.price(k, z);
    add(plan_.baseline_zones, row, k);
    for (const int f : in_.fleet_of_zone[z]) {
      const auto& unit = p_.fleet[at(f)];
      const auto member = at(q_.members.fleet[at(f)]);
      if (unit.kind != "storage") {
        source(z, k, unit.id, "existing", of(List::generators, k, member));
        continue;
      }
      source(z, k, unit.id, "discharge", of(List::storage_units, k, member));
      source(z, k, unit.id, "charge", operation_.charge(k, member) * thousand);
      BaselineStore store;
      store.zone = row.zone;
      store.source = unit.id;
      store.value_usd_per_mwh = value_[member][k];
      add(plan_.baseline_stores, std::move(store), k);
    }
  }

  const Instance& in_;
  const Programme& p_;
  const QuarterDispatch& q_;
  const Dispatch& d_;
  Plan& plan_;
  energy::Operation operation_;
  std::vector<std::vector<double>> value_;  ///< [storage unit][step] USD/MWh
};

}  // namespace

void extract_baseline(const Formulation& f, const Baseline& baseline, Plan& plan) {
  for (std::size_t d = 0; d < f.instance.dispatch.size(); ++d) BaselineExtractor(f, baseline, d, plan).write();
}

}  // namespace stargate::plan
