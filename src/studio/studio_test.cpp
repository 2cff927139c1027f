#include <catch2/catch_all.hpp>
#include <filesystem>

#include "studio/jobs.h"
#include "studio/server.h"
#include "studio/store.h"
#include "studio/tables.h"

using namespace stargate;
using namespace stargate::studio;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("stargate_studio_test_" + std::to_string(::getpid()));
  Folder() { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }
};

ProgrammeFiles five() { return read_programme_files("cases/plan/five_sites"); }

Change cell(std::string table, std::size_t row, std::string column, std::string value) {
  return {std::move(table), row, std::move(column), std::move(value), Change::Kind::cell};
}

}  // namespace

TEST_CASE("a workspace keeps scenarios as revisions, and gives them back after it was closed") {
  const Folder folder;
  std::int64_t root = 0, branch = 0;
  {
    Store store(folder.path);
    root = store.add_scenario("five", 0, five());
    branch = store.add_scenario("dear power", root);
    const auto before = store.scenario(branch);
    const auto edited = changed(store.files(before.revision), {cell("", 0, "programme.discount_rate", "0.2")});
    REQUIRE(store.save(branch, before.revision, edited, "edited"));
    // Somebody who still holds the revision before does not overwrite it.
    CHECK(!store.save(branch, before.revision, five(), "late"));
  }
  Store store(folder.path);
  REQUIRE(store.scenarios().size() == 2);
  CHECK(store.files(store.scenario(root).revision) == five());
  CHECK(store.files(store.scenario(branch).revision).at("programme.toml").contains("discount_rate = 0.2"));
  CHECK(store.undo(branch));
  CHECK(store.files(store.scenario(branch).revision) == five());
  CHECK(!store.undo(branch));
  CHECK_THROWS_AS(store.scenario(99), InputError);
}

TEST_CASE("an edit that is wrong is told with its table, row and column") {
  const auto files = changed(five(), {cell("sites", 0, "pue_winter", "0.5")});
  const auto found = problems(files);
  REQUIRE(found.size() == 1);
  CHECK(found[0]["table"] == "sites");
  CHECK(found[0]["row"] == 0);
  CHECK(found[0]["column"] == "pue_winter");
  CHECK(problems(changed(files, {cell("sites", 0, "pue_winter", "1.2")})).empty());
}

TEST_CASE("rows come and go, cells are pasted, and what is not there is refused") {
  const auto rows = table_of(five(), "sites")["rows"].size();
  const auto more = changed(five(), {{"sites", rows, "", "", Change::Kind::insert}, cell("sites", rows, "id", "=evil")});
  CHECK(table_of(more, "sites")["rows"].size() == rows + 1);
  CHECK(!problems(more).empty());
  CHECK(table_of(changed(more, {{"sites", rows, "", "", Change::Kind::remove}}), "sites")["rows"].size() == rows);
  CHECK_THROWS_AS(changed(five(), {cell("sites", 999, "id", "x")}), InputError);
  CHECK_THROWS_AS(changed(five(), {cell("sitse", 0, "id", "x")}), InputError);
  CHECK_THROWS_AS(changed(five(), {cell("sites", 0, "idd", "x")}), InputError);
  CHECK_THROWS_AS(read_changes(nlohmann::json::parse(R"([{"table":"sites","row":-1,"column":"id","value":"x"}])")), InputError);
  CHECK_THROWS_AS(read_changes(nlohmann::json::parse(R"({"table":"sites"})")), InputError);
}

TEST_CASE("a question is answered in the workspace, and one that reaches outside is refused") {
  const Folder folder;
  Store store(folder.path);
  const auto id = store.add_scenario("five", 0, five());
  Jobs jobs(store, 1);
  CHECK_THROWS_AS(jobs.ask(id, "sites", {{"dir", {"x"}}}), InputError);
  CHECK_THROWS_AS(jobs.ask(id, "identities", {{"workbook", {"../x.xlsx"}}}), InputError);
  CHECK_THROWS_AS(jobs.ask(id, "sitse", {}), InputError);
  const auto run = jobs.ask(id, "sites", {{"samples", {"10"}}});
  for (std::int64_t at = 0; store.run(run).state == RunState::queued || store.run(run).state == RunState::running;)
    at = jobs.wait(at, 5).at("at").get<std::int64_t>();
  const auto done = store.run(run);
  REQUIRE(done.state == RunState::done);
  CHECK(nlohmann::json::parse(done.answer)["sites"].size() == 5);
  const auto none = jobs.ask(id, "identities", {});
  for (std::int64_t at = 0; store.run(none).state == RunState::queued || store.run(none).state == RunState::running;)
    at = jobs.wait(at, 5).at("at").get<std::int64_t>();
  CHECK(store.run(none).error.contains("no plan yet"));
}

TEST_CASE("an address that others can reach asks for a token") {
  ServerOptions open;
  open.host = "0.0.0.0";
  CHECK_THROWS_AS(serve(open, [](const std::string&) {}, [] { return true; }), InputError);
}
