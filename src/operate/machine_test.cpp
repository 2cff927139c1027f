#include <catch2/catch_all.hpp>
#include <set>

#include "base/random.h"
#include "operate/event_queue.h"
#include "operate/helpers_test.h"

using namespace stargate;
using namespace stargate::operate;
using namespace stargate::operate::test;

TEST_CASE("IndexSet is a set") {
  for (const std::size_t size : {1u, 63u, 64u, 65u, 4096u, 5000u, 300'000u}) {
    IndexSet mine(size);
    std::set<std::size_t> other;
    Random random(size, 1);
    for (int step = 0; step < 2000; ++step) {
      const std::size_t i = random.below(size);
      if (random.below(2) == 0) mine.insert(i), other.insert(i);
      else mine.erase(i), other.erase(i);
      const std::size_t from = random.below(size);
      const auto next = other.lower_bound(from);
      REQUIRE(mine.first(from) == (next == other.end() ? IndexSet::npos : *next));
      REQUIRE(mine.empty() == other.empty());
      REQUIRE(mine.contains(i) == other.contains(i));
    }
  }
}

TEST_CASE("EventQueue gives events in the stated order") {
  EventQueue queue;
  std::multiset<std::tuple<Time, int, Id>> other;
  Random random(1, 1);
  for (int step = 0; step < 20'000; ++step) {
    if (other.empty() || random.below(3) != 0) {
      const Event e{static_cast<Time>(random.below(50)), static_cast<Kind>(random.below(5)), static_cast<Id>(random.below(10)), 0};
      queue.push(e);
      other.insert({e.time, static_cast<int>(e.kind), e.id});
    } else {
      const Event e = queue.pop();
      REQUIRE(std::tuple{e.time, static_cast<int>(e.kind), e.id} == *other.begin());
      other.erase(other.begin());
    }
  }
}

TEST_CASE("Gangs are placed by the stated rules") {
  Fleet fleet = small_fleet({}, {.name = "n", .gpus = 4});
  fleet.partitions = {{"all"}};
  add_pool(fleet, {.name = "p", .nodes = 24, .nodes_per_rack = 4, .racks_per_pod = 3}, 0);
  Machine m(fleet);
  m.install(fleet.blocks[0]);
  const Job any = job(0, 1, 1);
  const auto nodes_of = [&](const Grant& g) {
    std::set<Id> nodes;
    for (Id n = 0; n < 24; ++n)
      if (std::ranges::count(m.holders(n), 7u) > 0) nodes.insert(n);
    (void)g;
    return nodes;
  };
  SECTION("part of a node goes where least is left that suffices") {
    const Grant a = m.place(any, 3, 0, 1);
    const Grant b = m.place(any, 2, 0, 2);
    const Grant c = m.place(any, 1, 0, 3);
    CHECK(a.part_node == 0);
    CHECK(b.part_node == 1);
    CHECK(c.part_node == 0);
    CHECK(m.holders(0) == std::vector<Id>{1, 3});
    m.release(a, 1);
    m.release(b, 2);
    m.release(c, 3);
    CHECK(m.wholly_free(0) == 24);
    CHECK(m.free_slots(0) == 96);
  }
  SECTION("a gang that fits a rack takes the fullest rack that holds it") {
    const Grant a = m.place(any, 8, 0, 1);  // nodes 0 and 1
    const Grant b = m.place(any, 8, 0, 7);
    CHECK(nodes_of(b) == std::set<Id>{2, 3});
    m.release(a, 1);
    const Grant c = m.place(any, 12, 0, 5);  // three nodes: not the half rack
    CHECK(m.holders(4) == std::vector<Id>{5});
    m.release(b, 7);
    m.release(c, 5);
  }
  SECTION("a wider one takes one pod if one holds it, else few pods") {
    const Grant a = m.place(any, 4, 0, 1);  // a node of the first pod
    const Grant b = m.place(any, 48, 0, 7);  // twelve nodes: only the second pod has them
    CHECK(*nodes_of(b).begin() == 12);
    m.release(b, 7);
    const Grant c = m.place(any, 60, 0, 7);
    CHECK(nodes_of(c).size() == 15);
    m.release(c, 7);
    m.release(a, 1);
  }
  SECTION("scope is a demand") {
    std::vector<Grant> held;
    for (Id rack = 0; rack < 6; ++rack) held.push_back(m.place(any, 8, 0, rack));  // packs racks, so take single nodes instead
    for (Id i = 0; i < 6; ++i) m.release(held[i], i);
    Job tight = job(0, 1, 16);
    tight.scope = Scope::rack;
    CHECK(m.fits(tight, 16, 0));
    CHECK_FALSE(m.fits(tight, 20, 0));
    tight.scope = Scope::pod;
    CHECK(m.fits(tight, 48, 0));
    CHECK_FALSE(m.fits(tight, 52, 0));
    tight.scope = Scope::any;
    CHECK(m.fits(tight, 96, 0));
    CHECK_FALSE(m.fits(tight, 97, 0));
  }
  SECTION("a broken node is replaced by another, never by itself") {
    Grant g = m.place(any, 92, 0, 7);
    Grant rest = m.place(any, 2, 0, 8);
    CHECK(m.replace(rest, 23, 8) == none);  // 23 is the only one left
    g = (m.release(g, 7), m.place(any, 40, 0, 7));
    const Id broken = *nodes_of(g).begin();
    const Id other = m.replace(g, broken, 7);
    CHECK(other != none);
    CHECK(other != broken);
    m.set_down(broken);
    CHECK(g.count == 10);
    m.release(g, 7);
    CHECK(m.free_slots(0) == 92);
    m.set_up(broken);
    CHECK(m.free_slots(0) == 96);
  }
}

TEST_CASE("Random use of the machine loses no slot") {
  Fleet fleet = small_fleet({}, {.name = "n", .gpus = 8});
  fleet.partitions = {{"all"}};
  add_pool(fleet, {.name = "p", .nodes = 50, .nodes_per_rack = 5, .racks_per_pod = 2, .spare_nodes = 2}, 0);
  Machine m(fleet);
  m.install(fleet.blocks[0]);
  Random random(4, 4);
  std::map<Id, std::pair<Grant, Id>> held;
  std::int64_t slots = 0;
  for (Id step = 0; step < 20'000; ++step) {
    const Job j = job(0, 1, static_cast<Id>(1 + random.below(random.below(2) == 0 ? 8 : 120)));
    if (random.below(2) == 0 && m.fits(j, j.gpus, 0)) {
      held[step] = {m.place(j, j.gpus, 0, step), j.gpus};
      slots += j.gpus;
    } else if (!held.empty()) {
      const auto at = std::next(held.begin(), static_cast<std::ptrdiff_t>(random.below(held.size())));
      m.release(at->second.first, at->first);
      slots -= at->second.second;
      held.erase(at);
    }
    REQUIRE(m.free_slots(0) + slots == 400);
    REQUIRE(m.wholly_free(0) <= 50);
  }
}
