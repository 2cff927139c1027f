#include <catch2/catch_all.hpp>

#include "answers/commands.h"

using namespace stargate;

namespace {

struct Thing : Row {
  std::string name;
  double size_mw = 0;
  std::optional<double> price;
  std::int64_t count = 0;
  bool good = false;
  Quarter when{2025, 3};
};
const Table<Thing> things{"things",
                          "Things.",
                          {field("name", &Thing::name, "its name"), field("size_mw", &Thing::size_mw, "size").in("MW"),
                           field("price", &Thing::price, "price"), field("count", &Thing::count, "how many"),
                           field("good", &Thing::good, "good"), field("when", &Thing::when, "when")}};

struct Options : Row {
  std::string file;
  double gap = 0.01;
  std::vector<std::string> more;
  bool flag = false;
};
const Table<Options> options{"do it",
                             "Does it.",
                             {field("file", &Options::file, "what to read").as_argument(),
                              field("gap", &Options::gap, "share").optional().range(0, 1),
                              field("more", &Options::more, "more").optional(),
                              field("flag", &Options::flag, "flag").optional()}};

Answer do_it(const Options& o, Run&) {
  Answer a;
  a.add(things, {Thing{{}, o.file, 1234.5, {}, 3, true, {2026, 1}}, Thing{{}, "=2", o.gap, 4.0, 0, o.flag, {2026, 2}}});
  a.notes = o.more;
  return a;
}

Answer ask(const Command& c, const Arguments& arguments) {
  Progress quiet(true);
  Run run{quiet, {}, 1};
  return c.answer(arguments, run);
}

}  // namespace

TEST_CASE("an answer told once comes out as text, CSV and JSON") {
  const auto c = command(options, {}, {table_spec(things)}, do_it);
  const auto a = ask(c, {{"file", {"x"}}, {"more", {"a;b", "c"}}, {"flag", {"true"}}});
  CHECK(a.notes == std::vector<std::string>{"a;b", "c"});
  CHECK(csv(a.table("things")) ==
        "name,size_mw,price,count,good,when\nx,1234.5,,3,true,2026-Q1\n'=2,0.01,4,0,true,2026-Q2\n");
  const auto json = to_json(a);
  CHECK(json["things"][0]["price"].is_null());
  CHECK(json["things"][1]["good"] == true);
  CHECK(json["termination"]["exit_code"] == 0);
  CHECK(text(a).contains("size MW"));
  CHECK(std::get<std::vector<double>>(a.table("things").column("size_mw"))[0] == 1234.5);
}

TEST_CASE("arguments that are wrong are told all at once, with the nearest name") {
  const auto c = command(options, {}, {table_spec(things)}, do_it);
  try {
    ask(c, {{"gapp", {"1"}}, {"gap", {"7"}}});
    FAIL("no error");
  } catch (const InputError& e) {
    const std::string what = e.what();
    CHECK(what.contains("did you mean 'gap'"));
    CHECK(what.contains("FILE is missing"));
    CHECK(what.contains("from 0 to 1"));
  }
}

TEST_CASE("a table that the command does not declare is a fault of the program") {
  const auto c = command(options, {}, {}, do_it);
  CHECK_THROWS_AS(ask(c, {{"file", {"x"}}}), std::logic_error);
}

TEST_CASE("exit codes follow how it ended") {
  Termination t{.ending = Ending::work_limit, .limit = "400 nodes", .objective = 100.0, .bound = 110.0, .gap_asked = 0.01};
  CHECK(t.exit_code() == Exit::gap_not_met);
  CHECK(t.sentence() == "Work limit (400 nodes): 10.00 % from the bound, 1.00 % asked.");
  t.has_answer = false;
  CHECK(t.exit_code() == Exit::failed);
  t = {.ending = Ending::optimal, .limit = {}, .objective = {}, .bound = {}, .gap_asked = {}, .has_answer = true, .parts_left_out = true};
  CHECK(t.exit_code() == Exit::parts_left_out);
}

TEST_CASE("every command tells its options and tables with a meaning, and has an example") {
  for (const auto& c : commands()) {
    INFO(c.name);
    CHECK(!c.about.empty());
    CHECK(!c.examples.empty());
    CHECK(!c.tables.empty());
    for (const auto& o : c.options) CHECK(!o.about.empty());
    std::set<std::string> keys{"notes", "termination"};
    for (const auto& t : c.tables) {
      if (!t.single) CHECK(keys.insert(t.name).second);
      for (const auto& column : t.columns) {
        CHECK(!column.about.empty());
        if (t.single) CHECK(keys.insert(column.name).second);
      }
    }
    CHECK(answer_schema(c)["properties"].size() == keys.size());
  }
}

TEST_CASE("sites of a programme, with a change of one value") {
  const auto* c = find_command("sites");
  REQUIRE(c);
  const auto plain = ask(*c, {{"dir", {"cases/plan/five_sites"}}, {"samples", {"20"}}});
  CHECK(plain.table("sites").rows == 5);
  const auto less = ask(*c, {{"dir", {"cases/plan/five_sites"}}, {"samples", {"20"}}, {"forbid", {"site=temple"}}});
  CHECK(less.table("sites").rows == 4);
}
