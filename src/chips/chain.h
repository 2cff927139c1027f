#pragma once
#include <string>
#include <vector>

#include "base/calendar.h"

namespace stargate::chips {

/// A stage of manufacture: logic fab, memory, advanced packaging, boards, racks. Quarters have 13 weeks.
struct Stage {
  std::string id, name, unit;
  int cycle_weeks = 0;                    ///< from start to finished
  std::vector<double> units_per_quarter;  ///< capacity that may be used, by quarter of the chain
  int weeks_ahead = 0;                    ///< a week uses the capacity of so many weeks later: where capacity is told by delivery
};

struct Input {
  std::size_t part = 0;
  double quantity = 1;  ///< per part started
};

/// Something made at one stage out of other parts: a die, a memory stack, a package, a board, a rack.
struct Part {
  std::string id;
  std::size_t stage = 0;
  double units = 1;           ///< of the stage's capacity per part started (wafers per die, wafers per package, ...)
  double yield = 1;           ///< share of the parts started that come out good
  std::vector<Input> inputs;  ///< parts that stand before this one in the chain
};

/// The chain from wafer starts to racks. `first` is the quarter of index 0.
struct Chain {
  Quarter first{};
  int quarters = 0;
  std::vector<Stage> stages;
  std::vector<Part> parts;  ///< inputs before those that use them
};

/// By [part or stage][quarter].
using ByQuarter = std::vector<std::vector<double>>;

/// Capacity of a stage that one finished part takes in all, its own and that of everything inside it, and how many
/// weeks before the part is finished it is taken (at that stage's last use).
struct Load {
  std::size_t stage = 0;
  double units = 0;
  int weeks_before = 0;
};
/// O(parts x inputs).
std::vector<Load> loads(const Chain& chain, std::size_t part);

/// What the chain could finish in each quarter when capacity is met at the time it is needed.
struct SupplyLimit {
  std::vector<double> parts;         ///< by quarter: the least of the stages
  std::vector<std::size_t> binding;  ///< by quarter: the stage that binds
  ByQuarter by_stage;                ///< [stage][quarter]: what that stage alone would allow
};
/// `mix` says how many of each part make one set; a single product is a mix of one. Capacity before the first quarter
/// is that of the first.
SupplyLimit supply_limit(const Chain& chain, const std::vector<Input>& mix);
/// The same with a mix for each quarter, by [quarter].
SupplyLimit supply_limit(const Chain& chain, const std::vector<std::vector<Input>>& mix_by_quarter);

/// What happened, by [part][quarter] and [stage][quarter].
struct Flow {
  ByQuarter ordered, shipped, started, finished, in_progress, in_stock,
      backlog;                       ///< the last three at the quarter's end
  ByQuarter used, capacity;          ///< of stages
  std::vector<std::size_t> binding;  ///< by quarter: the stage with most of its wanted starts left waiting, or no_stage
};
inline constexpr std::size_t no_stage = static_cast<std::size_t>(-1);

/// Week by week: orders (by part and quarter, wanted evenly over its weeks) are exploded into starts by requirements
/// planning with each stage's cycle time; a week's starts are held by the stage's capacity, shared in proportion to
/// what is wanted, and by the inputs in stock; what waits, waits. Nothing is made that no order asks for.
///
///   wanted[p](w) = orders due at w + cycle + sum over users u of quantity x wanted[u](w + cycle) all over the yield of
///   p started[p](w) = min(what of wanted[p](<= w) has not been started, share of capacity, stock of inputs)
///
/// O(weeks x parts x inputs). Deterministic. Orders of the quarters behind the last are not known: give the chain some
/// quarters more than are looked at.
Flow simulate(const Chain& chain, const ByQuarter& orders);

}  // namespace stargate::chips
