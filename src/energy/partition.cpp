#include "energy/partition.h"

#include <algorithm>
#include <filesystem>
#include <type_traits>

#include "base/diagnostics.h"
#include "base/sha256.h"
#include "base/state_file.h"
#include "lp/blocks.h"

namespace stargate::energy {

Partition partition(const System& system, const Formulation& f, std::size_t length) {
  Partition p;
  p.block_of.assign(f.model.cost.size(), lp::fixed_column);
  p.capacities = f.layout.columns_of_no_snapshot();
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const auto& ops = f.layout.operation[s];
    const auto of_snapshots = ops.blocks();
    const auto& snapshots = system.scenarios[s].network.snapshots;
    const bool linked = is_linked(system.scenarios[s].network);
    const int first_block = p.blocks;
    const auto assign = [&](const Block& b, std::size_t t, int to) {
      for (std::size_t i = 0; b.is_there() && i < b.members; ++i) p.block_of[static_cast<std::size_t>(b(t, i))] = to;
    };
    for (std::size_t begin = 0; begin < snapshots.size(); ++p.blocks) {
      const auto same_run = [&](std::size_t t) { return snapshots[t].run == snapshots[begin].run && snapshots[t].period == snapshots[begin].period; };
      std::size_t end = begin;
      while (end < snapshots.size() && (linked || end < begin + length) && same_run(end)) ++end;
      for (std::size_t t = begin; t < end; ++t) {
        for (const Block* b : of_snapshots) assign(*b, t, p.blocks);
      }
      const bool starts_run = begin == 0 || !same_run(begin - 1), ends_run = end == snapshots.size() || !same_run(end);
      const auto run = static_cast<std::size_t>(p.blocks - first_block);
      for (const auto* levels : {&ops.linked_units, &ops.linked_stores})
        for (const Block* b : {&levels->lowest, &levels->highest}) assign(*b, run, p.blocks);
      if (!(starts_run && ends_run) || linked)
        for (const Block* level : {&ops.state_of_charge, &ops.energy}) assign(*level, end - 1, lp::fixed_column);
      begin = end;
    }
  }
  return p;
}

namespace {

constexpr StateFormat state_format{"power decomposition", 2};

struct StateBytes {
  std::vector<double> value, row_dual;
  double weight = 1;
  struct Cut {
    int block = 0;
    bool feasibility = false;
    double constant = 0;
    std::vector<int> column;
    std::vector<double> slope;
    template <class Archive>
    void archive(Archive& a) {
      a(block, feasibility, constant, column, slope);
    }
  };
  std::vector<Cut> cuts;
  template <class Archive>
  void archive(Archive& a) {
    a(value, row_dual, weight, cuts);
  }
};

}  // namespace

std::string state_digest(const lp::Model& model, const Partition& partition) {
  std::string bytes;
  const auto put = [&](const auto& values) {
    using Value = std::decay_t<decltype(values)>::value_type;
    const std::uint64_t count = values.size();
    bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
  };
  put(std::vector{model.offset});
  for (const auto* list : {&model.cost, &model.lower, &model.upper, &model.row_lower, &model.row_upper, &model.entry_value}) put(*list);
  for (const auto* list : {&model.row_start, &model.entry_column, &partition.block_of}) put(*list);
  put(model.integer);
  return sha256(bytes);
}

void save_state(const std::string& path, const std::string& digest, const DecompositionState& state) {
  if (path.empty()) return;
  StateBytes out{state.point.value, state.point.row_dual, state.point.weight, {}};
  for (const auto& cut : state.cuts) {
    auto& own = out.cuts.emplace_back(StateBytes::Cut{cut.block, cut.feasibility, cut.constant, {}, {}});
    for (const auto& slope : cut.slopes) {
      own.column.push_back(slope.column);
      own.slope.push_back(slope.value);
    }
  }
  write_state_of(path, state_format, digest, out);
}

DecompositionState load_state(const std::string& path, const std::string& digest) {
  if (path.empty() || !std::filesystem::exists(path)) return {};
  StateBytes in;
  read_state_of(path, state_format, digest, in);
  DecompositionState state;
  state.point.value = std::move(in.value);
  state.point.row_dual = std::move(in.row_dual);
  state.point.weight = in.weight;
  for (const auto& own : in.cuts) {
    if (own.column.size() != own.slope.size()) throw InputError({path}, "the saved state is damaged: a cut has slopes without columns", "remove the file to start anew");
    auto& cut = state.cuts.emplace_back(lp::BendersCut{own.block, own.feasibility, own.constant, {}});
    for (std::size_t k = 0; k < own.column.size(); ++k) cut.slopes.push_back({own.column[k], own.slope[k]});
  }
  return state;
}

}  // namespace stargate::energy
