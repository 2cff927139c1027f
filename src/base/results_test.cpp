#include "base/results.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_all.hpp>
#include <csignal>
#include <filesystem>
#include <set>

#include "base/diagnostics.h"
#include "base/files.h"

using namespace stargate;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A folder that is gone after the test.
struct Scratch {
  fs::path path = make_private_folder(fs::temp_directory_path(), "results-test");
  ~Scratch() { fs::remove_all(path); }
};

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    names.insert(entry.path().lexically_relative(folder).string());
  return names;
}

using Files = std::vector<std::pair<std::string, std::string>>;
const Maker plan{"plan", "inputs", "1"}, finance{"finance", "inputs", "1"};

}  // namespace

TEST_CASE("a folder of results is replaced as a whole, and what others put there stays") {
  const Scratch scratch;
  const auto out = scratch.path / "deep" / "out";
  write_results(out, plan, {{"a.csv", "1"}, {"programme/x.csv", "2"}, {"old.csv", "3"}});
  CHECK(names_in(out) == std::set<std::string>{"a.csv", "programme", "programme/x.csv", "old.csv", "manifest.json"});
  write_results(out, finance, {{"finance.json", "{}"}});
  write_file(out / "notes.txt", "mine");
  write_results(out, plan, {{"a.csv", "4"}});
  CHECK(names_in(out) == std::set<std::string>{"a.csv", "finance.json", "notes.txt", "manifest.json"});
  CHECK(read_file(out / "a.csv") == "4");
  CHECK(names_in(scratch.path / "deep").size() == 5);  // nothing is left beside

  const auto manifest = read_manifest(out);
  REQUIRE(manifest);
  CHECK(manifest->makers.at("plan").version == "1");
  CHECK(manifest->files.at("a.csv").sha256 == sha256("4"));
  CHECK(broken_promises(out, *manifest).empty());
  write_file(out / "a.csv", "5");
  CHECK(broken_promises(out, *manifest) == std::vector<std::string>{"a.csv is not as it was written"});
  amend_results(out, "plan", {{"a.csv", "6"}, {"b.csv", "7"}});
  CHECK(read_file(out / "b.csv") == "7");
  CHECK(broken_promises(out, *read_manifest(out)).empty());
  fs::remove(out / "finance.json");
  CHECK(broken_promises(out, *read_manifest(out)) == std::vector<std::string>{"finance.json is not there"});
}

TEST_CASE("amending keeps the other files of the same command") {
  const Scratch scratch;
  write_results(scratch.path / "p", plan, {{"a.csv", "1"}, {"report.html", "2"}});
  amend_results(scratch.path / "p", "plan", {{"report.html", "3"}});
  CHECK(read_file(scratch.path / "p" / "a.csv") == "1");
  CHECK(read_manifest(scratch.path / "p")->files.size() == 2);
}

TEST_CASE("results do not go over a programme, a file or what is no manifest of theirs") {
  const Scratch scratch;
  write_file(scratch.path / "mine" / "programme.toml", "name = 'x'");
  CHECK_THROWS_WITH(ResultFolder(scratch.path / "mine", plan), ContainsSubstring("a programme stands there"));
  CHECK(names_in(scratch.path / "mine") == std::set<std::string>{"programme.toml"});
  write_file(scratch.path / "file", "");
  CHECK_THROWS_WITH(ResultFolder(scratch.path / "file", plan), ContainsSubstring("a file stands there"));
  CHECK_THROWS_AS(ResultFolder(scratch.path / "file" / "below", plan), InputError);
  write_file(scratch.path / "web" / "manifest.json", R"({"name": "a web app"})");
  CHECK_THROWS_WITH(ResultFolder(scratch.path / "web", plan), ContainsSubstring("no manifest of results"));
  CHECK_THROWS_AS(ResultFolder("/proc/nowhere/out", plan), InputError);
}

TEST_CASE("of two writers one wins, and the other says where its results are") {
  const Scratch scratch;
  const auto out = scratch.path / "out";
  for (const bool standing : {false, true}) {
    ResultFolder first(out, plan), second(out, plan);
    first.put("a.csv", standing ? "3" : "1");
    second.put("a.csv", "2");
    second.commit();
    std::string words;
    try {
      first.commit();
    } catch (const OutputError& error) {
      words = error.what();
    }
    CHECK_THAT(words, ContainsSubstring("another run has written there meanwhile"));
    CHECK(read_file(out / "a.csv") == "2");
    const fs::path kept = words.substr(words.rfind(' ') + 1);
    CHECK(read_file(kept / "a.csv") == (standing ? "3" : "1"));
  }
}

TEST_CASE("a writer that is killed leaves the old folder or the new one, and the next removes what it left") {
  const Scratch scratch;
  const auto out = scratch.path / "out";
  const auto files = [](int run) {
    Files list;
    for (int i = 0; i < 20; ++i) list.emplace_back(std::to_string(i) + ".csv", std::string(2000, static_cast<char>('a' + run % 26)));
    return list;
  };
  write_results(out, plan, files(0));
  int mixtures = 0, finished = 0;
  for (int run = 1; run <= 100; ++run) {
    const pid_t child = ::fork();
    if (child == 0) {
      write_results(out, plan, files(run));
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(run * 97 % 9000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    finished += WIFEXITED(status) ? 1 : 0;
    std::set<char> seen;
    for (int i = 0; i < 20; ++i) seen.insert(read_file(out / (std::to_string(i) + ".csv")).at(0));
    if (seen.size() != 1 || !broken_promises(out, *read_manifest(out)).empty()) ++mixtures;
  }
  CHECK(mixtures == 0);
}

TEST_CASE("where a folder cannot be exchanged the manifest says that it is unfinished until all is there") {
  const Scratch scratch;
  const auto out = scratch.path / "out";
  write_results(out, plan, {{"a.csv", "1"}, {"b.csv", "1"}});
  write_file(out / "photos" / "1.jpg", "x");  // a folder of other people: it is not carried about
  const auto before = fs::directory_entry(out).path();
  write_results(out, plan, {{"a.csv", "2"}});
  CHECK(names_in(out) == std::set<std::string>{"a.csv", "manifest.json", "photos", "photos/1.jpg"});
  CHECK(broken_promises(out, *read_manifest(out)).empty());

  // Stopped half-way: b.csv cannot be renamed, since a folder stands in its place.
  fs::create_directories(out / "b.csv" / "x");
  CHECK_THROWS_AS(write_results(out, plan, {{"a.csv", "3"}, {"b.csv", "3"}}), InputError);
  const auto manifest = read_manifest(out);
  CHECK(manifest->unfinished);
  CHECK_THAT(broken_promises(out, *manifest).front(), ContainsSubstring("stopped half-way"));

  const auto here = fs::current_path();
  fs::create_directories(scratch.path / "here");
  fs::current_path(scratch.path / "here");
  write_results(".", plan, {{"a.csv", "1"}});
  write_new_folder(".", {{"c/d.csv", "1"}});
  fs::current_path(here);
  CHECK(names_in(scratch.path / "here") == std::set<std::string>{"a.csv", "manifest.json", "c", "c/d.csv"});
}

TEST_CASE("names of temporary files cannot be foreseen, links are not followed, devices stay devices") {
  const Scratch scratch;
  const auto folder = scratch.path / "target";
  fs::create_directories(folder);
  write_file(folder / "kept", "old");
  fs::create_symlink(folder / "kept", scratch.path / "link");
  write_file(scratch.path / "link", "new");
  CHECK(read_file(folder / "kept") == "old");
  CHECK(read_file(scratch.path / "link") == "new");
  CHECK_THROWS_AS(write_new_file(folder / "kept", "x"), InputError);
  fs::create_symlink(folder / "absent", scratch.path / "dangling");
  CHECK_THROWS_AS(write_new_file(scratch.path / "dangling", "x"), InputError);
  CHECK(make_private_folder(scratch.path, "a") != make_private_folder(scratch.path, "a"));
  write_file("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));
  CHECK_THROWS_AS(write_file("/dev/full", "x"), OutputError);
  CHECK_THROWS_AS(write_file(folder, "x"), InputError);
  // A folder of results that is a link: the folder that it points to is written.
  fs::create_directory_symlink(folder, scratch.path / "out");
  fs::remove(folder / "kept");
  write_results(scratch.path / "out", plan, {{"a.csv", "1"}});
  CHECK(fs::is_symlink(scratch.path / "out"));
  CHECK(read_file(folder / "a.csv") == "1");
}

TEST_CASE("a file that unpacks to far more than its size is refused") {
  const Scratch scratch;
  const auto path = scratch.path / "zeros.gz";
  REQUIRE(std::system(("head -c 300000000 /dev/zero | gzip -1 > " + path.string()).c_str()) == 0);
  CHECK_THROWS_WITH(read_file(path), ContainsSubstring("it holds more than"));
}
