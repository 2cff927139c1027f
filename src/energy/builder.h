#pragma once
#include <functional>

#include "energy/formulation.h"
#include "energy/topology.h"

namespace stargate::energy {

/// Builds the programme of a system. Each method adds one family of variables or constraints; formulate() calls them in
/// the order in which they stand here. Within a scenario `net` is its network and `ops` its columns.
class Builder {
 public:
  Builder(const System& system, const FormulationOptions& options);
  Formulation build() &&;

 private:
  struct Scene {
    const Network& net;
    OperationColumns& ops;
    double probability;
    std::size_t index;
  };

  // Capacities (builder_capacity.cpp)
  void capacity_columns();
  void capital_curve(const Capacity& capacity, int column, double weight);
  void capital_curve_rows();
  void module_rows();
  void capacity_set_rows();
  void growth_rows();
  void bus_carrier_rows();

  // Dispatch (builder_dispatch.cpp)
  void dispatch_columns(Scene& scene);
  template <class Member>
  void dispatchable_columns(Scene& scene, List list, const std::vector<Member>& members);
  void branch_columns(Scene& scene, List list, const std::vector<Branch>& branches);
  void limit_rows(Scene& scene);
  void capacity_limit_rows(const Scene& scene, List list, const Block& block, const std::vector<Profile>& low, const std::vector<Profile>& high);
  template <class Member>
  void ramp_rows(Scene& scene, List list, const std::vector<Member>& members, const OperationColumns::Commitment& commitment);
  void energy_sum_rows(Scene& scene);

  // Piecewise-linear curves (builder_curves.cpp)
  void curve_columns(Scene& scene);
  void curve_rows(Scene& scene);
  struct CurveParts {
    int value, power, status;  ///< columns; status -1: it runs
    double runs;               ///< where there is no status: 1, or 0 where it does not stand
    std::function<int(std::size_t)> part;
  };
  void follow_curve(const std::vector<CostPoint>& points, bool exact, bool bounded, const CurveParts& columns, std::size_t parts);

  // Maintenance (builder_maintenance.cpp)
  void maintenance_columns(Scene& scene);
  void maintenance_rows(Scene& scene);
  template <class Member>
  void maintenance_list_columns(Scene& scene, List list, const std::vector<Member>& members, MaintenanceColumns& columns);
  template <class Member>
  void maintenance_list_rows(Scene& scene, List list, const std::vector<Member>& members, MaintenanceColumns& columns);
  /// Adds `share` of what maintenance takes off to the row in hand: nothing where there is none.
  template <class Member>
  void off_term(const Scene& scene, List list, const Member& member, std::size_t i, std::size_t snapshot, double share);

  // Unit commitment (builder_commitment.cpp)
  template <class Member>
  void commitment_columns(Scene& scene, const std::vector<Member>& members, OperationColumns::Commitment& commitment);
  template <class Member>
  void commitment_rows(Scene& scene, List list, const std::vector<Member>& members, const OperationColumns::Commitment& commitment);
  void tightening_rows(Scene& scene, List list, const Dispatchable& member, std::size_t slot, std::size_t i, const OperationColumns::Commitment& commitment);
  double big_m(const Scene& scene, const Dispatchable& member) const;

  // Storage (builder_storage.cpp)
  void storage_columns(Scene& scene);
  void storage_rows(Scene& scene);

  // Reservoirs, energy and charge decided apart from power (builder_reservoir.cpp)
  /// A limit in proportion to a capacity: share * column where it is decided, else known.
  struct Limit {
    int column;
    double share, known;
  };
  Limit limit_of(List list, std::size_t i, double share, double nominal) const;
  Limit energy_limit(const StorageUnit& unit, std::size_t i) const;
  Limit charge_limit(const StorageUnit& unit, std::size_t i, std::size_t snapshot) const;
  /// Ends the row in hand as <= limit, or (with `above`) >= it.
  void end_limit(const Limit& limit, bool above = false);
  void duration_rows();
  void reservoir_rows(Scene& scene);
  void loss_columns(Scene& scene);
  void loss_rows(Scene& scene);

  // Requirements over groups (builder_policy.cpp)
  void policy_columns(Scene& scene);
  void requirement_columns();
  void requirement_rows();
  void margin_rows(Scene& scene);
  void share_rows(Scene& scene);
  void emission_rows(Scene& scene);
  /// Adds what a component counts in a snapshot, times `weight`, to the row in hand; what of it is known is returned.
  double contribution_terms(const Scene& scene, const Contribution& c, std::size_t i, std::size_t snapshot, double weight);
  /// Load at a bus: its fixed part is returned, the terms of load that is decided are added with `weight`.
  struct BusLoad {
    std::vector<const Load*> loads;
    std::vector<std::size_t> consumers, shedding, generators, storage;  ///< members of the lists at the bus
  };
  std::vector<BusLoad> loads_by_bus(const Network& net) const;
  double load_terms(const Scene& scene, const BusLoad& at, std::size_t snapshot, double weight);

  // Operating reserves (builder_reserve.cpp)
  void reserve_columns(Scene& scene);
  void reserve_rows(Scene& scene);
  /// What one component holds: a column of each reserve it provides.
  struct Holding {
    std::size_t reserve, provider;
    bool downward;
    double max_pu;
  };
  template <class Member>
  void dispatchable_reserve_rows(Scene& scene, List list, const std::vector<Member>& members, const OperationColumns::Commitment& commitment,
                                 std::size_t i, const std::vector<Holding>& held);
  void storage_reserve_rows(Scene& scene, std::size_t i, const std::vector<Holding>& held);

  // Storage over a chronology of representative periods (builder_linked.cpp)
  template <class Storage>
  void linked_columns(Scene& scene, const std::vector<Storage>& members, OperationColumns::LinkedLevels& linked);
  template <class Storage>
  void linked_rows(Scene& scene, List list, const std::vector<Storage>& members, const Block& path, OperationColumns::LinkedLevels& linked);

  // Network (builder_network.cpp)
  void balance_rows(Scene& scene);
  void kirchhoff_rows(Scene& scene);
  void security_rows(Scene& scene);

  // Losses of lines and transformers (builder_losses.cpp)
  void branch_loss_columns(Scene& scene);
  void branch_loss_rows(Scene& scene);
  /// The loss of a branch in a snapshot, or -1.
  int branch_loss(const Scene& scene, List list, std::size_t i, std::size_t snapshot) const;

  // Global constraints and risk (builder_global.cpp)
  void global_rows(Scene& scene);
  bool production_terms(const Scene& scene, const GlobalConstraint& constraint, double& constant);
  bool expansion_terms(const GlobalConstraint& constraint);
  void risk_rows();

  // Rows of the user's own (builder_rows.cpp)
  void custom_columns(Scene& scene);
  void custom_rows(Scene& scene);
  double custom_term(const Scene& scene, const RowTerm& term, std::size_t i, std::size_t snapshot, double weight);

  Block add_block(const Scene& scene, std::size_t members) const;
  int capacity_column(List list, std::size_t i) const { return out_.layout.capacity[static_cast<std::size_t>(list)][i]; }
  void quadratic(int column, double coefficient);
  /// Notes what the rows from `first` to here state, if there are any.
  void note_rows(const Scene& scene, RowKind kind, List list, std::size_t member, int first) {
    if (first < model_.rows()) out_.layout.rows.push_back({kind, list, member, scene.index, first, model_.rows()});
  }
  double cost(const Scene& scene, std::size_t snapshot) const;
  bool first_of_period(const Network& net, std::size_t snapshot) const {
    return snapshot == 0 || net.snapshots[snapshot].period != net.snapshots[snapshot - 1].period ||
           net.snapshots[snapshot].run != net.snapshots[snapshot - 1].run;
  }

  const System& system_;
  const Network& first_;
  FormulationOptions options_;
  ComponentIndex index_;
  struct CapitalCurve {
    const Capacity* capacity;
    int value, column, first_part;
    std::size_t parts;
  };
  std::vector<CapitalCurve> capital_curves_;
  Formulation out_;
  lp::Model& model_;
};

}  // namespace stargate::energy
