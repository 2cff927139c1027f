#include "construction/levelling.h"

#include <catch2/catch_all.hpp>

#include "base/csv.h"
#include "base/diagnostics.h"
#include "base/files.h"
#include "base/random.h"
#include "base/text.h"

using namespace stargate;
using namespace stargate::construction;

namespace {
Activity activity(std::string id, Minutes days, std::vector<Link> predecessors = {}) {
  Activity a;
  a.id = std::move(id);
  a.duration = days;
  a.predecessors = std::move(predecessors);
  return a;
}

/// Recomputed day by day, sharing nothing with the profile of the scheduler.
void require_feasible(const std::vector<Activity>& list, const std::vector<std::vector<Use>>& uses,
                      const std::vector<Resource>& resources, const Levelled& levelled) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    REQUIRE(levelled.finishes[i] == levelled.starts[i] + list[i].duration);
    for (const Link& link : list[i].predecessors)
      if (link.type == LinkType::finish_start)
        REQUIRE(levelled.starts[i] >= levelled.finishes[link.predecessor] + link.lag);
  }
  for (std::size_t r = 0; r < resources.size(); ++r)
    for (Instant day = 0; day < levelled.finish; ++day) {
      double used = 0, there = 0;
      for (const auto& step : resources[r].steps)
        if (step.from <= day) there = step.available;
      for (std::size_t i = 0; i < list.size(); ++i)
        if (levelled.starts[i] <= day && day < levelled.finishes[i])
          for (const Use& use : uses[i])
            if (use.resource == r) used += use.amount;
      REQUIRE(used <= there + 1e-9);
    }
}
}  // namespace

TEST_CASE("one crew puts parallel work in a row") {
  const std::vector<Activity> list{activity("a", 4), activity("b", 3), activity("c", 5, {{0}})};
  const std::vector<std::vector<Use>> uses{{{0, 1}}, {{0, 1}}, {{0, 1}}};
  const std::vector<Resource> crew{{"crew", {{0, 1}}}};
  const auto levelled = level(list, uses, crew);
  CHECK(levelled.finish == 12);
  CHECK(shortest_possible(list, uses, crew) == 12);
  require_feasible(list, uses, crew, levelled);
}

TEST_CASE("a resource that comes later delays its user, and only its user") {
  const std::vector<Activity> list{activity("turbine", 10), activity("shell", 30)};
  const std::vector<Resource> turbines{{"turbines", {{0, 0}, {100, 2}}}};
  const auto levelled = level(list, {{{0, 2}}, {}}, turbines);
  CHECK(levelled.starts == std::vector<Instant>{100, 0});
  CHECK(levelled.delays == std::vector<Instant>{100, 0});
  const auto never = level(list, {{{0, 3}}, {}}, turbines);  // it keeps the dates of its network, and that is said
  CHECK(never.starts == std::vector<Instant>{0, 0});
  REQUIRE(never.unlevelled.size() == 1);
  CHECK_THAT(never.unlevelled.front(), Catch::Matchers::ContainsSubstring("'turbine' needs 3"));
  CHECK(!never.shortest());
}

TEST_CASE("slots are taken once in their quarter, by milestones too, and come anew") {
  const Resource slots{"transformers", {{0, 100}, {90, 50}, {180, 100}}, Resource::Kind::taken_at_start};
  const std::vector<Activity> list{activity("a", 0), activity("b", 200), activity("c", 10), activity("d", 0)};
  const auto levelled = level_by(PriorityRule::listed, list, {{{0, 60}}, {{0, 60}}, {{0, 40}}, {{0, 50}}}, {slots});
  CHECK(levelled.starts == std::vector<Instant>{0, 180, 0, 90});
}

TEST_CASE("the classic: a rule can be longer than the shortest, the best of the rules is taken") {
  // Two machines; by list the long job waits. 4+4+... known optimum 8: long 8 beside 4 + 4.
  const std::vector<Activity> list{activity("s1", 4), activity("s2", 4), activity("long", 8)};
  const std::vector<std::vector<Use>> uses{{{0, 1}}, {{0, 1}}, {{0, 1}}};
  const std::vector<Resource> two{{"machine", {{0, 2}}}};
  CHECK(level_by(PriorityRule::listed, list, uses, two).finish == 12);
  CHECK(level(list, uses, two).finish == 8);
}

TEST_CASE("every rule gives a feasible schedule, none shorter than the bound, and none starts before its early start") {
  for (std::uint64_t n = 0; n < 30; ++n) {
    Random random(3, n);
    std::vector<Activity> list;
    std::vector<std::vector<Use>> uses;
    const std::vector<Resource> resources{{"crew", {{0, 4}}}, {"crane", {{0, 1}, {40, 2}}}};
    for (std::size_t i = 0; i < 30; ++i) {
      list.push_back(activity("a" + std::to_string(i), static_cast<Minutes>(random.below(12))));
      if (i > 0)
        for (std::size_t k = random.below(3); k > 0; --k) list.back().predecessors.push_back({random.below(i)});
      uses.push_back({{0, static_cast<double>(random.below(5))}, {1, static_cast<double>(random.below(2))}});
    }
    for (const auto rule : {PriorityRule::latest_finish, PriorityRule::latest_start, PriorityRule::least_slack,
                            PriorityRule::most_successors, PriorityRule::rank_weight, PriorityRule::listed}) {
      const auto levelled = level_by(rule, list, uses, resources);
      require_feasible(list, uses, resources, levelled);
      REQUIRE(levelled.finish >= shortest_possible(list, uses, resources));
      for (const Minutes delay : levelled.delays) REQUIRE(delay >= 0);
    }
  }
}

TEST_CASE("a PSPLIB instance: its critical path is what PSPLIB states, and levelling stays within its proven bounds") {
  const std::string file = "cases/construction/psplib/j301_1.csv";
  Diagnostics diagnostics;
  const auto csv = parse_csv(file, read_file(file), diagnostics);
  diagnostics.throw_if_errors();
  std::vector<Activity> list;
  std::vector<std::vector<Use>> uses;
  Minutes horizon = 0;
  for (const auto& row : csv.rows) {
    const auto number = [&](std::size_t c) { return parse_integer(row.cells[c].text).value(); };
    list.push_back(activity(row.cells[0].text, number(1)));
    horizon += number(1);
    if (!row.cells[2].text.empty())
      for (const auto after : split(row.cells[2].text, ';'))
        list.back().predecessors.push_back({static_cast<std::size_t>(*parse_integer(after)) - 1});
    uses.emplace_back();
    for (std::size_t r = 0; r < 4; ++r)
      if (number(3 + r) > 0) uses.back().push_back({r, static_cast<double>(number(3 + r))});
  }
  REQUIRE(list.size() == 32);
  CHECK(horizon == 158);
  CHECK(critical_path(list).finish == 38);
  const std::vector<Resource> resources{{"r1", {{0, 12}}}, {"r2", {{0, 13}}}, {"r3", {{0, 4}}}, {"r4", {{0, 12}}}};
  const auto levelled = level(list, uses, resources);
  require_feasible(list, uses, resources, levelled);
  CHECK(shortest_possible(list, uses, resources) >= 38);
  CHECK(shortest_possible(list, uses, resources) <= 43);
  CHECK(levelled.finish == 43);  // the proven optimum
}

TEST_CASE("justification keeps schedules feasible, and the search never ends behind the best rule") {
  for (std::uint64_t n = 0; n < 20; ++n) {
    Random random(9, n);
    std::vector<Activity> list;
    std::vector<std::vector<Use>> uses;
    const std::vector<Resource> resources{{"crew", {{0, 6}}},
                                          {"crane", {{0, 1}, {40, 2}}},
                                          {"slots", {{0, 3}, {30, 3}, {60, 100}}, Resource::Kind::taken_at_start}};
    for (std::size_t i = 0; i < 40; ++i) {
      list.push_back(activity("a" + std::to_string(i), static_cast<Minutes>(random.below(12))));
      if (i > 0)
        for (std::size_t k = random.below(3); k > 0; --k) list.back().predecessors.push_back({random.below(i)});
      uses.push_back({{0, static_cast<double>(random.below(5))}, {1, static_cast<double>(random.below(2))}});
      if (random.below(6) == 0) uses.back().push_back({2, 1});
    }
    const auto best = level(list, uses, resources, {{}}, {.placements = 20000});
    for (std::size_t i = 0; i < list.size(); ++i) std::erase_if(uses[i], [](const Use& u) { return u.resource == 2; });
    require_feasible(list, uses, resources, best);
    REQUIRE(best.unlevelled.empty());
    REQUIRE(best.finish >= best.bound);
    const auto again = level(list, uses, resources, {{}}, {.placements = 20000});
    const auto rule = level_by(PriorityRule::latest_finish, list, uses, resources);
    REQUIRE(again.finish <= rule.finish);
    REQUIRE(level(list, uses, resources, {{}}, {.placements = 20000}).starts == again.starts);
  }
}
