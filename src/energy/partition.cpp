#include "energy/partition.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>

#include "base/files.h"
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

/// Tells one programme from another: sizes, costs, bounds and entries.
std::uint64_t fingerprint(const lp::Model& model) {
  std::uint64_t hash = 14695981039346656037ull;  // FNV-1a, a word at a time
  const auto mix = [&](std::uint64_t v) { hash = (hash ^ v) * 1099511628211ull; };
  for (const auto* list : {&model.cost, &model.lower, &model.upper, &model.row_lower, &model.row_upper, &model.entry_value}) {
    mix(list->size());
    for (const double v : *list) mix(std::bit_cast<std::uint64_t>(v));
  }
  for (const int c : model.entry_column) mix(static_cast<std::uint64_t>(c));
  return hash;
}

class Bytes {
 public:
  std::string data;
  std::size_t at = 0;
  template <class T>
  void put(const T& value) { data.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put_all(const std::vector<double>& values) {
    put(static_cast<std::uint64_t>(values.size()));
    data.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  }
  /// Zero, and nothing more, past the end.
  template <class T>
  T get() {
    T value{};
    if (data.size() - at < sizeof value) at = data.size();
    else std::memcpy(&value, data.data() + at, sizeof value), at += sizeof value;
    return value;
  }
  std::vector<double> get_all() {
    const auto count = get<std::uint64_t>();
    if (count > (data.size() - at) / sizeof(double)) return {};
    std::vector<double> values(count);
    std::memcpy(values.data(), data.data() + at, count * sizeof(double));
    at += count * sizeof(double);
    return values;
  }
};

}  // namespace

void save_state(const std::string& path, const lp::Model& model, const DecompositionState& state) {
  if (path.empty()) return;
  Bytes out;
  out.put(fingerprint(model));
  out.put_all(state.point.value);
  out.put_all(state.point.row_dual);
  out.put(state.point.weight);
  out.put(static_cast<std::uint64_t>(state.cuts.size()));
  for (const auto& cut : state.cuts) {
    out.put(cut.block);
    out.put(cut.feasibility);
    out.put(cut.constant);
    out.put(static_cast<std::uint64_t>(cut.slopes.size()));
    for (const auto& slope : cut.slopes) out.put(slope.column), out.put(slope.value);
  }
  write_file(path, out.data);
}

DecompositionState load_state(const std::string& path, const lp::Model& model) {
  if (path.empty() || !std::filesystem::exists(path)) return {};
  Bytes in{read_file(path)};
  if (in.get<std::uint64_t>() != fingerprint(model)) return {};
  DecompositionState state;
  state.point.value = in.get_all();
  state.point.row_dual = in.get_all();
  state.point.weight = in.get<double>();
  for (auto left = in.get<std::uint64_t>(); left > 0 && in.at < in.data.size(); --left) {
    auto& cut = state.cuts.emplace_back();
    cut.block = in.get<int>();
    cut.feasibility = in.get<bool>();
    cut.constant = in.get<double>();
    for (auto slopes = in.get<std::uint64_t>(); slopes > 0 && in.at < in.data.size(); --slopes) {
      const int column = in.get<int>();
      cut.slopes.push_back({column, in.get<double>()});
    }
  }
  return state;
}

}  // namespace stargate::energy
