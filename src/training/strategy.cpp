#include "training/strategy.h"

#include <array>

#include "base/diagnostics.h"
#include "base/text.h"

namespace stargate::training {
namespace {

template <class E, std::size_t N>
E parse_name(std::string_view text, const std::array<std::pair<std::string_view, E>, N>& names, std::string_view what) {
  const std::string plain = lower(trim(text));
  for (const auto& [name, value] : names)
    if (name == plain) return value;
  std::vector<std::string> allowed;
  for (const auto& [name, value] : names)
    if (!name.empty()) allowed.emplace_back(name);
  throw InputError({}, std::format("{} '{}' is not known", what, text), name_hint(plain, allowed));
}

constexpr std::array<std::pair<std::string_view, Recompute>, 4> recomputes{{{"none", Recompute::none},
                                                                            {"selective", Recompute::selective},
                                                                            {"full", Recompute::full},
                                                                            {"no", Recompute::none}}};
constexpr std::array<std::pair<std::string_view, Schedule>, 4> schedules{{{"1f1b", Schedule::one_f_one_b},
                                                                          {"zero-bubble", Schedule::zero_bubble},
                                                                          {"interleaved", Schedule::one_f_one_b},
                                                                          {"zb", Schedule::zero_bubble}}};

}  // namespace

std::string_view to_string(Recompute recompute) { return recomputes[static_cast<std::size_t>(recompute)].first; }
Recompute parse_recompute(std::string_view text) { return parse_name(text, recomputes, "recomputation"); }
std::string_view to_string(Schedule schedule) { return schedules[static_cast<std::size_t>(schedule)].first; }
Schedule parse_schedule(std::string_view text) { return parse_name(text, schedules, "pipeline schedule"); }

bool possible(const ModelShape& m, const Strategy& s) {
  const std::int64_t seq = s.seq_len > 0 ? s.seq_len : m.seq_len;
  const bool divides = s.tp >= 1 && s.cp >= 1 && s.pp >= 1 && s.vp >= 1 && s.dp >= 1 && s.ep >= 1 &&
                       s.micro_batch >= 1 && s.global_batch >= 1 && m.heads % s.tp == 0 &&
                       (m.kv_heads % s.tp == 0 || s.tp % m.kv_heads == 0) && m.hidden % s.tp == 0 &&
                       std::int64_t{s.pp} * s.vp <= m.layers && (s.vp == 1 || (s.pp > 1)) &&
                       seq % (std::int64_t{s.cp} * 2 - (s.cp == 1)) == 0 &&
                       s.global_batch % (std::int64_t{s.dp} * s.micro_batch) == 0 && s.zero >= 0 && s.zero <= 3;
  if (!divides) return false;
  if (s.zero == 3 && s.pp > 1) return false;
  if (s.zero == 2 && s.pp > 1) return false;
  if (s.vp > 1 && s.micro_batches() % s.pp != 0) return false;
  if (s.schedule == Schedule::zero_bubble && (s.pp == 1 || s.vp > 1)) return false;
  if (s.sequence_parallel && s.tp == 1) return false;
  if (!m.moe()) return s.ep == 1;
  return m.experts % s.ep == 0 && (std::int64_t{s.dp} * s.cp * s.tp) % s.ep == 0;
}

std::vector<std::string> strategy_faults(const ModelShape& m, const Strategy& s) {
  std::vector<std::string> faults;
  const auto fault = [&]<class... A>(std::format_string<A...> text, A&&... args) {
    faults.push_back(std::format(text, std::forward<A>(args)...));
  };
  for (const auto& [name, value] :
       std::initializer_list<std::pair<std::string_view, std::int64_t>>{{"tp", s.tp},
                                                                        {"cp", s.cp},
                                                                        {"pp", s.pp},
                                                                        {"vp", s.vp},
                                                                        {"dp", s.dp},
                                                                        {"ep", s.ep},
                                                                        {"micro_batch", s.micro_batch},
                                                                        {"global_batch", s.global_batch}})
    if (value < 1) fault("{} is {}; at least 1 is needed", name, value);
  if (!faults.empty()) return faults;
  const std::int64_t seq = s.seq_len > 0 ? s.seq_len : m.seq_len;
  if (m.heads % s.tp != 0) fault("tp {} does not divide the {} heads", s.tp, m.heads);
  if (m.kv_heads % s.tp != 0 && s.tp % m.kv_heads != 0)
    fault("tp {} and the {} key-value heads do not divide each other", s.tp, m.kv_heads);
  if (m.hidden % s.tp != 0) fault("tp {} does not divide hidden {}", s.tp, m.hidden);
  if (std::int64_t{s.pp} * s.vp > m.layers)
    fault("pp {} x vp {} are more chunks than the {} layers", s.pp, s.vp, m.layers);
  if (s.vp > 1 && s.pp == 1) fault("vp {} needs a pipeline (pp > 1)", s.vp);
  if (s.cp > 1 && seq % (std::int64_t{s.cp} * 2) != 0)
    fault("2 x cp {} does not divide the sequence of {} tokens", s.cp, seq);
  if (s.global_batch % (std::int64_t{s.dp} * s.micro_batch) != 0)
    fault("dp {} x micro-batch {} does not divide the global batch {}", s.dp, s.micro_batch, s.global_batch);
  else if (s.vp > 1 && s.micro_batches() % s.pp != 0)
    fault("interleaving needs micro-batches ({}) in multiples of pp ({})", s.micro_batches(), s.pp);
  if (s.zero < 0 || s.zero > 3) fault("zero is {}; allowed: 0 to 3", s.zero);
  if (s.zero >= 2 && s.pp > 1)
    fault("zero {} with pp {}: sharded gradients and a pipeline exclude each other", s.zero, s.pp);
  if (s.schedule == Schedule::zero_bubble && (s.pp == 1 || s.vp > 1))
    fault("the zero-bubble schedule needs pp > 1 and vp = 1");
  if (s.sequence_parallel && s.tp == 1) fault("sequence parallelism needs tp > 1");
  if (!m.moe() && s.ep > 1) fault("ep {} for a model without experts", s.ep);
  if (m.moe() && m.experts % s.ep != 0) fault("ep {} does not divide the {} experts", s.ep, m.experts);
  if (m.moe() && (std::int64_t{s.dp} * s.cp * s.tp) % s.ep != 0)
    fault("ep {} does not divide the tp x cp x dp = {} chips of a stage", s.ep, std::int64_t{s.dp} * s.cp * s.tp);
  return faults;
}

std::string to_string(const Strategy& s) {
  std::string text = std::format("tp{} pp{}", s.tp, s.pp);
  if (s.vp > 1) text += std::format("x{}", s.vp);
  if (s.cp > 1) text += std::format(" cp{}", s.cp);
  text += std::format(" dp{}", s.dp);
  if (s.ep > 1) text += std::format(" ep{}", s.ep);
  text += std::format(" mb{}", s.micro_batch);
  if (s.zero > 0) text += std::format(" zero{}", s.zero);
  if (s.sequence_parallel) text += " sp";
  if (s.recompute != Recompute::none) text += std::format(" {}", to_string(s.recompute));
  if (s.schedule == Schedule::zero_bubble) text += " zero-bubble";
  if (s.precision != Precision::bf16) text += std::format(" {}", to_string(s.precision));
  return text;
}

}  // namespace stargate::training
