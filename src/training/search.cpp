#include "training/search.h"

#include <tuple>

#include "base/progress.h"
#include "base/workers.h"

namespace stargate::training {
namespace {

auto key(const Strategy& s) {
  return std::tuple(s.tp, s.pp, s.vp, s.cp, s.dp, s.ep, s.zero, s.micro_batch, static_cast<int>(s.recompute),
                    static_cast<int>(s.schedule), static_cast<int>(s.precision), s.sequence_parallel);
}

std::vector<int> divisors(std::int64_t n, std::int64_t most) {
  std::vector<int> list;
  for (std::int64_t d = 1; d <= std::min(n, most); ++d)
    if (n % d == 0) list.push_back(static_cast<int>(d));
  return list;
}

/// The `keep` best and the Pareto set so far.
class Incumbents {
 public:
  Incumbents(std::size_t keep, bool pareto) : keep_(keep), wants_pareto_(pareto) {}

  void offer(const Candidate& c) {
    if (best_.size() < keep_ || better(c, best_.back())) {
      const auto place = std::ranges::lower_bound(best_, c, better);
      if (place != best_.end() && !better(c, *place)) return;  // the same strategy, offered a second time
      best_.insert(place, c);
      if (best_.size() > keep_) best_.pop_back();
    }
    if (!wants_pareto_) return;
    // pareto_ is sorted by `better`; memory falls along it.
    const auto at = std::ranges::upper_bound(pareto_, c, better);
    if (at != pareto_.begin() && std::prev(at)->memory_bytes <= c.memory_bytes) return;
    auto end = at;
    while (end != pareto_.end() && end->memory_bytes >= c.memory_bytes) ++end;
    pareto_.insert(pareto_.erase(at, end), c);
  }
  /// True if nothing at least this slow and this large can enter. Strict in time, so that ties are never cut.
  bool excludes(double seconds, double memory_bytes) const {
    if (best_.size() < keep_ || seconds <= best_.back().seconds) return false;
    if (!wants_pareto_) return true;
    // The slowest point that is faster than `seconds` is the smallest of those.
    const auto at = std::ranges::lower_bound(pareto_, seconds, {}, &Candidate::seconds);
    return at != pareto_.begin() && std::prev(at)->memory_bytes <= memory_bytes;
  }
  const std::vector<Candidate>& best() const { return best_; }
  const std::vector<Candidate>& pareto() const { return pareto_; }
  void merge(const Incumbents& other) {
    for (const auto& c : other.best_) offer(c);
    for (const auto& c : other.pareto_) offer(c);
  }

 private:
  std::size_t keep_;
  bool wants_pareto_;
  std::vector<Candidate> best_, pareto_;
};

/// Sizes that fix a chip's micro-batch: all but vp, schedule and ZeRO below 3.
using Family = Strategy;

class Searcher {
 public:
  Searcher(const ModelShape& shape, const Machine& machine, const SearchSpace& space, const SearchOptions& options)
      : shape_(shape),
        machine_(machine),
        space_(space),
        options_(options),
        count_(count_parameters(shape)),
        limit_(usable_bytes(machine.system) * space.hbm_share) {}

  std::vector<Family> families() const;
  void run(const Family& family, Incumbents& incumbents, SearchResult& result) const;

 private:
  std::vector<Strategy> members(const Family& family) const;

  const ModelShape& shape_;
  const Machine& machine_;
  const SearchSpace& space_;
  const SearchOptions& options_;
  ParameterCount count_;
  double limit_;
};

std::vector<Family> Searcher::families() const {
  std::vector<Family> list;
  const auto domain = static_cast<std::int64_t>(machine_.system.domain_chips);
  const std::int64_t most_tp = space_.most_tp > 0 ? space_.most_tp : domain;
  for (const int tp : divisors(space_.chips, most_tp))
    for (const int pp : divisors(space_.chips / tp, space_.most_pp > 0 ? space_.most_pp : shape_.layers))
      for (const int cp : divisors(space_.chips / tp / pp, space_.most_cp))
        for (const int ep :
             divisors(shape_.moe() ? shape_.experts : 1, space_.most_ep > 0 ? space_.most_ep : shape_.experts + 1))
          for (int micro = 1; micro <= space_.most_micro_batch; micro *= 2)
            for (const Recompute recompute : space_.recompute)
              for (const Precision precision : space_.precisions)
                for (const bool sharded : {false, true}) {
                  Family f;
                  f.tp = tp, f.pp = pp, f.cp = cp, f.ep = ep;
                  f.dp = static_cast<int>(space_.chips / tp / pp / cp);
                  f.micro_batch = micro, f.recompute = recompute, f.precision = precision;
                  f.global_batch = space_.global_batch, f.seq_len = space_.seq_len;
                  f.sequence_parallel = tp > 1;  // never slower and never larger than without
                  f.zero = sharded ? 3 : 0;
                  const bool wanted = std::ranges::any_of(space_.zero, [&](int z) { return (z == 3) == sharded; });
                  if (wanted && machine_.system.peak_flops(precision) > 0 && possible(shape_, f)) list.push_back(f);
                }
  return list;
}

std::vector<Strategy> Searcher::members(const Family& family) const {
  std::vector<Strategy> list;
  const int chunks = static_cast<int>(shape_.layers / family.pp);
  const int most_vp = family.pp == 1 ? 1 : space_.most_vp > 0 ? std::min(space_.most_vp, chunks) : chunks;
  for (const int zero : space_.zero) {
    if ((zero == 3) != (family.zero == 3)) continue;
    for (const Schedule schedule : space_.schedules)
      for (int vp = 1; vp <= most_vp; ++vp) {
        // Chunks divide the layers, or the layers with embedding and head counted as one each.
        const std::int64_t chunk_count = std::int64_t{family.pp} * vp;
        if (vp > 1 && shape_.layers % chunk_count != 0 && (shape_.layers + 2) % chunk_count != 0) continue;
        Strategy s = family;
        s.zero = zero, s.schedule = schedule, s.vp = vp;
        if (possible(shape_, s)) list.push_back(s);
      }
  }
  return list;
}

void Searcher::run(const Family& family, Incumbents& incumbents, SearchResult& result) const {
  const std::vector<Strategy> all = members(family);
  const auto size = static_cast<std::int64_t>(all.size());
  if (all.empty()) return;
  result.strategies += size;
  // The smallest member: most sharding, no interleaving.
  Strategy smallest = all.front();
  for (const auto& s : all) smallest.zero = std::max(smallest.zero, s.zero);
  smallest.vp = 1;
  const double least = memory_parts(shape_, count_, smallest, machine_).total();
  if (least > limit_) {
    if (result.nearest_miss_bytes == 0 || least - limit_ < result.nearest_miss_bytes) {
      result.nearest_miss_bytes = least - limit_;
      result.nearest_miss = smallest;
    }
    if (options_.prune) {
      result.too_big += size;
      return;
    }
  }
  const MicroBatchCost cost = micro_batch_cost(shape_, family, machine_);
  if (options_.prune && incumbents.excludes(step_lower_bound(shape_, family, cost), least)) {
    result.pruned += size;
    return;
  }
  for (const Strategy& s : all) {
    const double memory = memory_parts(shape_, count_, s, machine_).total();
    if (memory > limit_) {
      ++result.too_big;
      continue;
    }
    ++result.evaluated;
    incumbents.offer({s, step_parts(shape_, count_, s, machine_, cost).total(), memory});
  }
}

}  // namespace

bool better(const Candidate& a, const Candidate& b) {
  if (a.seconds != b.seconds) return a.seconds < b.seconds;
  if (a.memory_bytes != b.memory_bytes) return a.memory_bytes < b.memory_bytes;
  return key(a.strategy) < key(b.strategy);
}

SearchResult search(const ModelShape& shape, const Machine& machine, const SearchSpace& space,
                    const SearchOptions& options) {
  const Searcher searcher(shape, machine, space, options);
  const std::vector<Family> families = searcher.families();
  SearchResult total;
  // Every 17th family first, one after another: good incumbents that all workers then prune with. What a worker prunes
  // depends on these and on its own block only, so that every count is the same on any number of threads.
  constexpr std::size_t stride = 17, block = 256;
  Incumbents seeds(options.keep, options.pareto);
  for (std::size_t i = 0; i < families.size() && !interrupted(); i += stride) searcher.run(families[i], seeds, total);

  const std::size_t blocks = (families.size() + block - 1) / block;
  std::vector<Incumbents> found(blocks, seeds);
  std::vector<SearchResult> results(blocks);
  std::atomic<std::size_t> done{0};
  parallel_for(blocks, options.threads, [&](std::size_t b) {
    for (std::size_t i = b * block; i < std::min(families.size(), (b + 1) * block); ++i) {
      if (interrupted()) {
        results[b].complete = false;
        break;
      }
      if (i % stride != 0) searcher.run(families[i], found[b], results[b]);
    }
    const std::size_t now = ++done;
    if (options.progress) options.progress(static_cast<double>(now) / static_cast<double>(blocks));
  });
  for (std::size_t b = 0; b < blocks; ++b) {
    seeds.merge(found[b]);
    const SearchResult& r = results[b];
    total.strategies += r.strategies, total.too_big += r.too_big, total.pruned += r.pruned,
        total.evaluated += r.evaluated;
    total.complete = total.complete && r.complete;
    if (r.nearest_miss_bytes > 0 && (total.nearest_miss_bytes == 0 || r.nearest_miss_bytes < total.nearest_miss_bytes))
      total.nearest_miss_bytes = r.nearest_miss_bytes, total.nearest_miss = r.nearest_miss;
  }
  total.best = seeds.best();
  total.pareto = seeds.pareto();
  if (!total.best.empty()) total.nearest_miss_bytes = 0;
  return total;
}

}  // namespace stargate::training
