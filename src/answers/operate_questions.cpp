// stargate operate spares, checkpoints, cap, respond, maintain, lose, heat, burst, compare: ways of running the fleet side by
// side, with the same random numbers.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <mutex>

#include "answers/commands.h"
#include "answers/operate_commands.h"
#include "answers/operate_options.h"
#include "base/text.h"
#include "operate/questions.h"

namespace stargate {

namespace {

using operate::Question;

struct ComparedRow : Row {
  std::string way, measure, unit;
  double mean = 0, difference = 0, low = 0, high = 0;
  std::string verdict;
};
const Table<ComparedRow> compared{
    "ways",
    "Each way and measure: the mean over the runs, and the difference from the first way, run by run.",
    {field("way", &ComparedRow::way, "way of running the fleet; the others are held against the first"),
     field("measure", &ComparedRow::measure, "what is measured"), field("unit", &ComparedRow::unit, "its unit"),
     field("mean", &ComparedRow::mean, "mean over the runs"),
     field("difference", &ComparedRow::difference, "mean difference from the first way"),
     field("low", &ComparedRow::low, "95 % interval of the mean difference").shown_as("95 % low"),
     field("high", &ComparedRow::high, "and its upper end").shown_as("95 % high"),
     field("verdict", &ComparedRow::verdict, "more, less, the same, or undecided where the interval holds zero")}};

struct BestRow : Row {
  std::string question, best;
  std::int64_t seeds = 0;
};
const Table<BestRow> asked{"question",
                           "What was asked.",
                           {field("question", &BestRow::question, "in words"), field("best", &BestRow::best, "the best way, where that was asked"),
                            field("seeds", &BestRow::seeds, "runs of each way")}};

std::vector<TableSpec> tables() { return {table_spec(compared), table_spec(asked, true)}; }

Answer answer_to(const Question& question, const FleetOptions& o, const std::vector<std::string>& notes, bool left_out, Run& run) {
  run.progress.stage("operate: " + question.asks);
  Answer out;
  std::mutex drawing;
  operate::QuestionAnswer found;
  try {
    found = operate::answer(question, static_cast<std::size_t>(o.seeds), run.threads,
                            [&](double share) {
                              const std::scoped_lock lock(drawing);
                              run.progress.update(share);
                            },
                            run.stop);
  } catch (const operate::Stopped&) {
    out.termination.ending = Ending::interrupted;
    out.termination.has_answer = false;
    return out;
  }
  std::vector<ComparedRow> rows;
  for (const operate::Compared& c : found.rows) {
    if (c.mean == 0 && c.difference == 0 && c.low == 0) continue;  // not a measure of this fleet
    rows.push_back({{}, c.variant, c.measure, c.unit, c.mean, c.difference, c.low, c.high, c.verdict});
  }
  out.heading = question.asks;
  out.add(compared, rows);
  out.add_single(asked, {{}, question.asks, found.best, o.seeds}, Shown::no);
  for (const auto line : split(found.sentence, '\n')) out.sentences.emplace_back(line);
  out.notes = notes;
  out.notes.insert(out.notes.end(), question.notes.begin(), question.notes.end());
  out.files.emplace_back("answer.svg", operate::question_svg(question, found));
  out.termination.parts_left_out = left_out && o.on_bad != "skip";
  return out;
}

template <class Options, class Ask>
Answer ask(const Options& o, Run& run, Ask&& make) {
  run.progress.stage("operate: reading");
  const operate::Operation op = operate::prepare(request_of(o));
  std::vector<std::string> notes = op.assumptions;
  notes.insert(notes.end(), op.notes.begin(), op.notes.end());
  return answer_to(make(op.run), o, notes, op.parts_left_out, run);
}

std::vector<double> numbers(const std::vector<std::string>& texts, const char* option) {
  std::vector<double> all;
  for (const std::string& text : texts)
    for (const auto part : split(text, ',')) {
      const auto value = parse_number(trim(part));
      if (!value || *value < 0) throw InputError({option, 0, 0}, "'" + std::string(part) + "' is no number from 0");
      all.push_back(*value);
    }
  return all;
}

operate::Extent extent_of(const std::string& name) {
  const auto& names = operate::extent_names();
  return static_cast<operate::Extent>(std::ranges::find(names, name) - names.begin());
}
const std::vector<std::string> outage_extents{"node", "rack", "switch", "pod", "hall", "feed", "site"};

struct SparesOptions : FleetOptions {
  std::vector<std::string> counts;
};
Answer spares(const SparesOptions& o, Run& run) {
  std::vector<operate::Id> counts;
  for (const double n : numbers(o.counts, "--counts")) {
    if (n != std::floor(n) || n > 20e6) throw InputError({"--counts", 0, 0}, shortest(n) + " is no count of nodes");
    counts.push_back(static_cast<operate::Id>(n));
  }
  return ask(o, run, [&](const operate::SweepCase& c) { return operate::ask_spares(c, counts); });
}
Command spares_command() {
  using O = SparesOptions;
  static const Table<O> t{"operate spares", "How many hot spares each pool should have.",
                          fleet_fields<O>({field("counts", &O::counts, "spare nodes of each pool to try (default: none, as it is, and around what is down at a time)").optional()})};
  return command(t, {{"stargate operate spares --cluster cases/operate/llama3/cluster.toml --counts 0,8,16", "spares for a pre-training run"}}, tables(), spares);
}

struct CheckpointOptions : FleetOptions {
  std::vector<std::string> intervals;
};
Answer checkpoints(const CheckpointOptions& o, Run& run) {
  return ask(o, run, [&](const operate::SweepCase& c) { return operate::ask_checkpoints(c, numbers(o.intervals, "--intervals")); });
}
Command checkpoints_command() {
  using O = CheckpointOptions;
  static const Table<O> t{"operate checkpoints", "How often to checkpoint.",
                          fleet_fields<O>({field("intervals", &O::intervals, "seconds between checkpoints to try (default: around Daly's for the widest job)").optional()})};
  return command(t, {{"stargate operate checkpoints --cluster cases/operate/llama3/cluster.toml", "around Daly's interval"}}, tables(), checkpoints);
}

struct CapOptions : FleetOptions {
  double share = 0.1, hours = 100;
};
Answer cap(const CapOptions& o, Run& run) {
  return ask(o, run, [&](const operate::SweepCase& c) { return operate::ask_cap(c, {.share = o.share, .hours = o.hours}); });
}
Command cap_command() {
  using O = CapOptions;
  static const Table<O> t{"operate cap", "What a cap on power for some hours costs: money, work, waits.",
                          fleet_fields<O>({field("share", &O::share, "of what each site draws at its peak").optional().range(1e-6, 1),
                                           field("hours", &O::hours, "hours on end, at the dearest prices").optional().range(1, 8766)})};
  return command(t, {{"stargate operate cap out/plan --share 0.1 --hours 100", "a tenth less for a hundred hours"}}, tables(), cap);
}

struct RespondOptions : FleetOptions {
  double share = 0.2, hours = 4, usd_per_mw_year = 0, usd_per_mwh = 0;
  std::int64_t calls = 20;
  std::optional<double> above;
};
Answer respond(const RespondOptions& o, Run& run) {
  return ask(o, run, [&](const operate::SweepCase& c) {
    return operate::ask_cap(c, {.share = o.share, .hours = o.hours, .calls = o.calls, .capacity_usd_per_mw_year = o.usd_per_mw_year,
                                .energy_usd_per_mwh = o.usd_per_mwh, .above_usd_per_mwh = o.above});
  });
}
Command respond_command() {
  using O = RespondOptions;
  static const Table<O> t{"operate respond", "What demand response earns and costs.",
                          fleet_fields<O>({field("share", &O::share, "of each site's peak load that is given up when called").optional().range(1e-6, 1),
                                           field("calls", &O::calls, "calls in the time simulated").optional().range(1, 8766),
                                           field("hours", &O::hours, "hours of a call").optional().range(1, 8766),
                                           field("usd_per_mw_year", &O::usd_per_mw_year, "paid for being ready, a MW and year").optional().range(0, 1e9),
                                           field("usd_per_mwh", &O::usd_per_mwh, "paid for what is given up").optional().range(0, 1e6),
                                           field("above", &O::above, "in place of calls: jobs slow down (best effort) whenever a MWh costs more than this, USD").optional().range(-1e5, 1e6)})};
  return command(t, {{"stargate operate respond out/plan --usd-per-mw-year 60000 --usd-per-mwh 500", "twenty calls of four hours for a fifth of the load"},
                     {"stargate operate respond out/plan --above 150", "slow down whenever power is dear"}}, tables(), respond);
}

struct MaintainOptions : FleetOptions {
  std::string extent = "pod", of;
  double hours = 8, drain = 4, every_days = 30;
};
Answer maintain(const MaintainOptions& o, Run& run) {
  return ask(o, run, [&](const operate::SweepCase& c) {
    return operate::ask_outage(c, {.extent = extent_of(o.extent), .of = o.of, .hours = o.hours, .drain_h = o.drain, .planned = true, .every_days = o.every_days});
  });
}
Command maintain_command() {
  using O = MaintainOptions;
  static const Table<O> t{"operate maintain", "What maintenance in turn costs.",
                          fleet_fields<O>({field("extent", &O::extent, "what is taken out at a time").optional().one_of(outage_extents),
                                           field("of", &O::of, "only of this pool, hall, feed or site").optional(),
                                           field("hours", &O::hours, "hours it is out").optional().range(0.01, 1e5),
                                           field("drain", &O::drain, "hours before in which nothing new starts there").optional().range(0, 8766),
                                           field("every_days", &O::every_days, "days from one to the next").optional().range(0.01, 3650)})};
  return command(t, {{"stargate operate maintain out/plan --extent hall --hours 8 --every-days 30", "a hall a month"}}, tables(), maintain);
}

struct LoseOptions : FleetOptions {
  std::string extent = "pod", of;
  double hours = 8;
  std::optional<double> at_day;
};
Answer lose(const LoseOptions& o, Run& run) {
  return ask(o, run, [&](const operate::SweepCase& c) {
    return operate::ask_outage(c, {.extent = extent_of(o.extent), .of = o.of, .hours = o.hours, .at_day = o.at_day.value_or(-1)});
  });
}
Command lose_command() {
  using O = LoseOptions;
  static const Table<O> t{"operate lose", "What the loss of a pod, a switch, a feed or a site costs.",
                          fleet_fields<O>({field("extent", &O::extent, "what is lost").optional().one_of(outage_extents),
                                           field("of", &O::of, "of this pool, or this hall, feed or site (default: the largest)").optional(),
                                           field("hours", &O::hours, "hours until it is back").optional().range(0.01, 1e5),
                                           field("at_day", &O::at_day, "day of the time measured (default: its middle)").optional().range(0, 36'500)})};
  return command(t, {{"stargate operate lose out/plan --extent site --hours 24", "the largest site for a day"}}, tables(), lose);
}

struct HeatOptions : FleetOptions {
  double by = 8, for_days = 7;
};
Answer heat(const HeatOptions& o, Run& run) {
  return ask(o, run, [&](const operate::SweepCase& c) { return operate::ask_heat(c, o.by, o.for_days); });
}
Command heat_command() {
  using O = HeatOptions;
  static const Table<O> t{"operate heat", "What a hot week costs.",
                          fleet_fields<O>({field("by", &O::by, "degrees C hotter").optional().range(0.01, 30),
                                           field("for_days", &O::for_days, "days on end, at the hottest time").optional().range(0.5, 366)})};
  return command(t, {{"stargate operate heat out/plan --by 8 --for-days 7", "a week 8 C hotter"}}, tables(), heat);
}

struct BurstOptions : FleetOptions {
  std::int64_t gpus = 0;
  double usd = 4, delay_usd = 2;
};
Answer burst(const BurstOptions& o, Run& run) {
  return ask(o, run, [&](const operate::SweepCase& c) { return operate::ask_burst(c, static_cast<operate::Id>(o.gpus), o.usd, o.delay_usd); });
}
Command burst_command() {
  using O = BurstOptions;
  static const Table<O> t{"operate burst", "What bursting to a public cloud brings.",
                          fleet_fields<O>({field("gpus", &O::gpus, "GPUs held there at once at most").range(1, 1e8),
                                           field("usd", &O::usd, "USD a GPU-hour there").optional().range(0, 1e4),
                                           field("delay_usd", &O::delay_usd, "what an hour's waiting costs, USD a GPU-hour").optional().range(1e-6, 1e4)})};
  return command(t, {{"stargate operate burst out/plan --gpus 4096 --usd 4 --delay-usd 2", "up to 4,096 GPUs at 4 USD"}}, tables(), burst);
}

struct CompareOptions : FleetOptions {
  std::string other;
};
Answer compare(const CompareOptions& o, Run& run) {
  run.progress.stage("operate: reading");
  std::vector<operate::Operation> both;
  std::vector<std::string> notes;
  for (const std::string& name : {o.plan, o.other}) {
    operate::Request request = request_of(o);
    request.plan.clear();
    (std::filesystem::is_directory(name) ? request.plan : request.cluster) = name;
    both.push_back(operate::prepare(request));
    for (const auto* list : {&both.back().assumptions, &both.back().notes})
      for (const std::string& note : *list) notes.push_back(name + ": " + note);
  }
  const bool left_out = both[0].parts_left_out || both[1].parts_left_out;
  return answer_to(operate::ask_compare(o.plan, std::move(both[0].run), o.other, std::move(both[1].run)), o, notes, left_out, run);
}
Command compare_command() {
  using O = CompareOptions;
  static const Table<O> t{"operate compare", "How two plans, or two cluster files, differ under the same jobs and failures.",
                          fleet_fields<O>({field("other", &O::other, "the other plan folder or cluster file").as_argument()})};
  return command(t, {{"stargate operate compare out/plan out/other", "two plans, year by the first's last year of building"}}, tables(), compare);
}

}  // namespace

std::vector<Command> operate_commands() {
  return {spares_command(), checkpoints_command(), cap_command(), respond_command(), maintain_command(), lose_command(), heat_command(), burst_command(), compare_command(), pack_command()};
}

}  // namespace stargate
