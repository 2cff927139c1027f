// The programme folder: everything wrong is reported in one go, with file, line, what was found and what is allowed.
#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "programme/load.h"
#include "programme/schema.h"
#include "programme/tables.h"

using namespace stargate;

namespace {

ProgrammeFiles one_site() { return read_programme_files("cases/plan/one_site"); }

std::vector<std::string> errors_of(const ProgrammeFiles& files) {
  Diagnostics diagnostics;
  parse_programme(files, "case", diagnostics);
  std::vector<std::string> texts;
  for (const auto& d : diagnostics.all())
    if (!d.warning) texts.push_back(to_string(d));
  return texts;
}

std::string all_of(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& t : texts) all += t + "\n";
  return all;
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

/// One change to one file, and what the message must hold.
// 20,000 deep: a parser that calls itself for each level would run out of stack.
const char* deep_list() {
  static const std::string text = "a = " + std::string(20'000, '[') + std::string(20'000, ']') + "\n[power]";
  return text.c_str();
}
const char* long_name() {
  static const std::string text = [] {
    std::string name = "[a";
    for (int i = 0; i < 20'000; ++i) name += ".a";
    return name + "]\n[power]";
  }();
  return text.c_str();
}

struct Broken {
  const char* why;
  const char* file;
  const char* from;
  const char* to;
  std::vector<std::string> holds;
};

}  // namespace

TEST_CASE("the case itself and the default programme are without errors") {
  CHECK(all_of(errors_of(one_site())).empty());
  CHECK(all_of(errors_of(read_programme_files({}))).empty());
}

TEST_CASE("one broken thing at a time is named with its place and what is allowed") {
  const std::vector<Broken> cases{
      {"unknown column",
       "sites.csv",
       "block_mw",
       "block_megawatt",
       {"case/sites.csv:1", "'block_megawatt' is not known", "'block_mw' is missing"}},
      {"dangling reference",
       "sites.csv",
       ",z,",
       ",y,",
       {"case/sites.csv:2", "zone 'y' is not in zones.csv", "did you mean 'z'?"}},
      {"wrong sign", "zones.csv", "1000", "-1000", {"case/zones.csv:2", "found '-1000'", "at least 0"}},
      {"not a number", "zones.csv", "1000", "nan", {"found 'nan'", "a finite number"}},
      {"overflow", "zones.csv", "1000", "1e999", {"found '1e999'"}},
      {"beyond all measure", "zones.csv", "1000", "1e308", {"case/zones.csv:2", "found '1e308'", "at most 1e18"}},
      {"a decimal comma", "zones.csv", "1000", "\"1000,5\"", {"case/zones.csv:2", "found '1000,5'", "a finite number"}},
      {"infinite", "zones.csv", "1000", "inf", {"found 'inf'"}},
      {"impossible date", "sites.csv", "2025-01-01", "2025-02-30", {"found '2025-02-30'", "a day of the calendar"}},
      {"impossible quarter", "sites.csv", "2025-Q1", "2025-Q5", {"found '2025-Q5'", "a quarter as 2025-Q1"}},
      {"a choice that is none",
       "sites.csv",
       "candidate",
       "candidat",
       {"'candidat' is not a known status", "did you mean 'candidate'?"}},
      {"an empty cell", "sites.csv", "Ranch", "", {"name is empty"}},
      {"not UTF-8", "sites.csv", "Ranch", "Ran\xff", {"byte 0xff is not valid UTF-8"}},
      {"an open quote", "sites.csv", "Ranch", "\"Ranch", {"a quote is opened here and never closed"}},
      {"text behind a quote", "sites.csv", "Ranch", "\"Ran\"ch", {"found 'c' after a closing quote"}},
      {"a short row", "fuels.csv", ",Natural gas", "", {"case/fuels.csv:2", "found 5 cells, the header has 6"}},
      {"unknown section",
       "programme.toml",
       "[power]",
       "[powre]",
       {"section 'powre' is not known", "did you mean 'power'?"}},
      {"unknown key",
       "programme.toml",
       "first_state",
       "first_stat",
       {"'geography.first_stat' is not known", "did you mean 'geography.first_state'?"}},
      {"text for a number",
       "programme.toml",
       "hours_per_step = 24",
       "hours_per_step = \"24\"",
       {"found text '24'", "must be a bare whole number"}},
      {"a number for text",
       "programme.toml",
       "kind = \"compute\"",
       "kind = 3",
       {"found a bare value '3'", "text in quotes"}},
      {"missing key", "programme.toml", "build_quarters = 4", "", {"'programme.build_quarters' is missing"}},
      {"TOML nested too deep", "programme.toml", "[power]", deep_list(), {"nested too deep"}},
      {"a name of many parts", "programme.toml", "[power]", long_name(), {"nested too deep"}},
      {"a whole number too large", "programme.toml", "build_quarters = 4", "build_quarters = 100000000000000000000", {"programme.toml"}},
      {"TOML that is none", "programme.toml", "[power]", "[power", {"this is not valid TOML"}},
      {"a step that does not divide a day",
       "programme.toml",
       "hours_per_step = 24",
       "hours_per_step = 5",
       {"hours_per_step is 5", "1, 2, 3, 4, 6, 8, 12, 24"}},
      {"too few commitments", "investors.csv", "1000", "0.5", {"investors commit 0.5 billion USD, the tranches are 1"}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.why);
    auto files = one_site();
    replace(files.at(c.file), c.from, c.to);
    const auto text = all_of(errors_of(files));
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    for (const auto& part : c.holds) CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("a missing table, an empty one, UTF-16 and a line too long are told apart") {
  auto files = one_site();
  files.erase("lines.csv");
  files["fuels.csv"] = "";
  files["stages.csv"] = "\xFF\xFEi\0d\0";
  files["zones.csv"] = std::string(longest_csv_line + 1, 'x');
  const auto text = all_of(errors_of(files));
  CHECK(text.find("case/lines.csv: error: the table is missing") != std::string::npos);
  CHECK(text.find("case/fuels.csv: error: the file is empty") != std::string::npos);
  CHECK(text.find("case/stages.csv:1:1: error: the file is UTF-16") != std::string::npos);
  CHECK(text.find("case/zones.csv:1:1: error: the line is") != std::string::npos);
}

TEST_CASE("what one broken table hides is not reported again elsewhere, and a file beyond all measure is refused") {
  auto files = one_site();
  files["zones.csv"] = "";
  CHECK(errors_of(files).size() == 1);
  files = one_site();
  files["programme.toml"] = std::string((std::size_t{1} << 24) + 1, 'x');
  CHECK(all_of(errors_of(files)).find("case/programme.toml: error: the file holds 16777217 bytes") != std::string::npos);
}

TEST_CASE("a second row of the same key names the first") {
  auto files = one_site();
  auto& fuels = files.at("fuels.csv");
  fuels += fuels.substr(fuels.find('\n') + 1);
  const auto text = all_of(errors_of(files));
  CHECK(text.find("case/fuels.csv:3:1: error: 'natural_gas' stands a second time (the first is in line 2)") !=
        std::string::npos);
}

TEST_CASE("CRLF, a byte-order mark, comments, quoted commas and quotes over lines read as what they say") {
  auto files = one_site();
  auto& sites = files.at("sites.csv");
  replace(sites, "Ranch", "\"Ranch, the \"\"old\"\"\none\"");
  std::string crlf = "\xEF\xBB\xBF# a comment\r\n";
  for (const char c : sites) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  sites = crlf;
  Diagnostics diagnostics;
  const auto p = parse_programme(files, "case", diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  CHECK(p.sites.at(0).name == "Ranch, the \"old\"\none");
}

TEST_CASE("all mistakes are reported together, each at its line") {
  auto files = one_site();
  replace(files.at("sites.csv"), "Ranch", "");
  replace(files.at("zones.csv"), "1000", "-1");
  replace(files.at("programme.toml"), "build_quarters = 4", "build_quarters = 0");
  replace(files.at("profiles.csv"), "d1,1,z,", "d1,1,zz,");
  CHECK(errors_of(files).size() >= 4);
}

TEST_CASE("checks between records") {
  const auto message = [](auto change) {
    Diagnostics none;
    auto p = parse_programme(one_site(), "case", none);
    change(p);
    Diagnostics diagnostics;
    check_programme(p, diagnostics);
    std::string text;
    for (const auto& d : diagnostics.all()) text += to_string(d) + "\n";
    return text;
  };
  const auto says = [&](auto change, const char* part) {
    CHECK_THAT(message(change), Catch::Matchers::ContainsSubstring(part));
  };
  CHECK(message([](Programme&) {}).empty());
  says([](Programme& p) { p.activities[0].after = {"permit"}; }, "wait for each other");
  says([](Programme& p) { p.activities[1].after = {"permitt"}; }, "did you mean 'permit'?");
  says([](Programme& p) { p.activities[1].after = {"permit:XX"}; }, "after holds 'permit:XX'");
  says([](Programme& p) { p.activities[0].weeks_p10 = 20; }, "must not fall");
  says([](Programme& p) { p.sites[0].construction_template = "plane"; }, "did you mean 'plain'?");
  says([](Programme& p) { p.sites[0].state = "Texas"; }, "two letters");
  says([](Programme& p) { p.settings.first_state = "OH"; }, "there is no site to choose");
  says([](Programme& p) { p.profiles.pop_back(); }, "has 23 hours of day d4");
  says([](Programme& p) { p.days.pop_back(); }, "season 4 has no day");
  says([](Programme& p) { p.fuel_prices.clear(); }, "fuel natural_gas has no price in zone z");
  says([](Programme& p) { p.efficiency[0].precision = "fp8"; }, "chip has no fp8 peak");
  says([](Programme& p) { p.tranches.clear(); }, "no [[tranche]]");
  says([](Programme& p) { p.settings.objective = "cost"; }, "there is no [[target]]");
  says(
      [](Programme& p) {
        Commitment c;
        c.site = "ranch";
        c.blocks = 3;
        c.start = *parse_date("2024-01-01");
        p.commitments = {c};
      },
      "3 blocks are committed at ranch, which has room for 2");
  says(
      [](Programme& p) {
        p.interconnection.push_back(p.interconnection[0]);
        for (auto& step : p.interconnection) step.kind = "managed";
      },
      "a second managed step");
  says(
      [](Programme& p) {
        Target t;
        t.by = Quarter(2031, 1);
        t.quantity = "it_mw";
        p.targets = {t};
      },
      "outside the horizon");
}

TEST_CASE("the low and the high end of a figure stand around it") {
  auto files = one_site();
  auto& sites = files.at("sites.csv");
  Diagnostics none;
  auto p = parse_programme(files, "case", none);
  p.sites[0].construction_usd_per_kw_low = 1500;
  sites = write_table(table<Site>(), p.sites);
  CHECK(all_of(errors_of(files)).find("construction_usd_per_kw_low is 1500, construction_usd_per_kw is 1000") !=
        std::string::npos);
}

TEST_CASE("every row of the default programme's data says where it comes from") {
  const auto p = load_programme();
  std::size_t rows = 0;
  for_each_table(p, [&](const auto& fields, const auto& records) {
    using Record = typename std::decay_t<decltype(records)>::value_type;
    if constexpr (std::derived_from<Record, Sourced>)
      for (const auto& r : records) {
        CAPTURE(fields.name, r.line);
        CHECK_FALSE(r.source.empty());
        ++rows;
      }
  });
  CHECK(rows > 1000);
  CHECK(p.sites.size() >= 40);
  CHECK(p.accelerators.size() >= 8);
  CHECK(p.zones.size() >= 20);
}

TEST_CASE("tables written are tables read") {
  const auto p = load_programme();
  auto files = read_programme_files({});
  for_each_table(
      p, [&](const auto& fields, const auto& records) { files[fields.name + ".csv"] = write_table(fields, records); });
  Diagnostics diagnostics;
  const auto again = parse_programme(files, "again", diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  for_each_table(again, [&](const auto& fields, const auto& records) {
    CHECK(files[fields.name + ".csv"] == write_table(fields, records));
  });
}

TEST_CASE("the digest is of names and bytes, wherever the folder stands") {
  const auto files = one_site();
  CHECK(digest_of(files) == load_programme("cases/plan/one_site").digest);
  auto changed = files;
  changed.at("sites.csv") += "# a comment\n";
  CHECK(digest_of(changed) != digest_of(files));
}

TEST_CASE("schema and reference page hold every column, and the page is the one in docs") {
  const auto schema = programme_schema();
  const auto page = programme_reference();
  Programme shape;
  for_each_table(shape, [&](const auto& fields, const auto&) {
    const auto& properties = schema["properties"][fields.name]["items"]["properties"];
    for (const auto& f : fields.fields) {
      CHECK(properties.contains(f.name));
      CHECK(page.find("`" + f.name + "`") != std::string::npos);
    }
  });
  CHECK(read_file("docs/reference.md") == page);
}
