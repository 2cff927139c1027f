#pragma once
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
  void objective_constant();
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
  template <class Member>
  void curve_rows(Scene& scene, List list, const std::vector<Member>& members);
  void energy_sum_rows(Scene& scene);

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

  // Storage over a chronology of representative periods (builder_linked.cpp)
  template <class Storage>
  void linked_columns(Scene& scene, const std::vector<Storage>& members, OperationColumns::LinkedLevels& linked);
  template <class Storage>
  void linked_rows(Scene& scene, List list, const std::vector<Storage>& members, const Block& path, OperationColumns::LinkedLevels& linked);

  // Network (builder_network.cpp)
  void balance_rows(Scene& scene);
  void kirchhoff_rows(Scene& scene);
  void security_rows(Scene& scene);

  // Global constraints and risk (builder_global.cpp)
  void global_rows(Scene& scene);
  bool production_terms(const Scene& scene, const GlobalConstraint& constraint, double& constant);
  bool expansion_terms(const GlobalConstraint& constraint);
  void risk_rows();

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
  Formulation out_;
  lp::Model& model_;
};

}  // namespace stargate::energy
