#include "programme/edits.h"

#include <catch2/catch_all.hpp>

using namespace stargate;

namespace {

struct Edited {
  ProgrammeFiles files;
  Programme programme;
  std::vector<std::string> notes;
  std::string errors;
};

Edited edit(const Edits& edits) {
  Edited out;
  Diagnostics diagnostics;
  out.files = edited(read_programme_files("cases/plan/five_sites"), edits, diagnostics, out.notes);
  if (!diagnostics.has_errors()) out.programme = parse_programme(out.files, "five_sites", diagnostics);
  for (const auto& d : diagnostics.all()) out.errors += to_string(d) + "\n";
  return out;
}

const Accelerator& first_accelerator(const Programme& p) { return p.accelerators.front(); }

}  // namespace

TEST_CASE("without edits the files are the same bytes") {
  CHECK(edit({}).files == read_programme_files("cases/plan/five_sites"));
}

TEST_CASE("a setting, and one that was not written") {
  const auto e = edit({.set = {"programme.discount_rate=0.1", "programme.name=A \"quoted\" name"}, .scale = {}, .forbid = {}, .force = {}});
  CHECK(e.errors == "");
  CHECK(e.programme.settings.discount_rate == 0.1);
  CHECK(e.programme.settings.name == "A \"quoted\" name");
}

TEST_CASE("a cell by id, and a factor on a column with its range") {
  const auto before = edit({}).programme;
  const auto id = first_accelerator(before).id;
  const auto e = edit({.set = {}, .scale = {"accelerators." + id + ".rack_usd_m=2"}, .forbid = {}, .force = {}});
  CHECK(e.errors == "");
  CHECK(first_accelerator(e.programme).rack_usd_m == Catch::Approx(2 * first_accelerator(before).rack_usd_m));
  const auto all = edit({.set = {}, .scale = {"fuel_prices.*=1.5"}, .forbid = {}, .force = {}});
  CHECK(all.errors == "");
  for (std::size_t i = 0; i < before.fuel_prices.size(); ++i)
    CHECK(all.programme.fuel_prices[i].usd_per_mmbtu == Catch::Approx(1.5 * before.fuel_prices[i].usd_per_mmbtu));
}

TEST_CASE("sites are forbidden and forced by id and by state") {
  const auto e = edit({.set = {}, .scale = {}, .forbid = {"site=milam"}, .force = {}});
  for (const auto& s : e.programme.sites)
    if (s.id == "milam") CHECK(s.choice == "forbidden");
}

TEST_CASE("what is mistyped is refused with the nearest name") {
  CHECK(edit({.set = {"programme.discont_rate=0.1"}, .scale = {}, .forbid = {}, .force = {}}).errors.contains("programme.discount_rate"));
  CHECK(edit({.set = {"acelerators.x.rack_usd_m=1"}, .scale = {}, .forbid = {}, .force = {}}).errors.contains("accelerators"));
  CHECK(edit({.set = {"sites.abilena.pue_winter=1.1"}, .scale = {}, .forbid = {}, .force = {}}).errors.contains("abilene"));
  CHECK(edit({.set = {"sites.abilene.pue_wimter=1.1"}, .scale = {}, .forbid = {}, .force = {}}).errors.contains("pue_winter"));
  CHECK(edit({.set = {}, .scale = {"sites.abilene.state=2"}, .forbid = {}, .force = {}}).errors.contains("no number"));
  CHECK(edit({.set = {}, .scale = {}, .forbid = {"site=milan"}, .force = {}}).errors.contains("milam"));
  CHECK(edit({.set = {}, .scale = {}, .forbid = {"milam"}, .force = {}}).errors.contains("site=ID"));
  CHECK(edit({.set = {"programme.discount_rate"}, .scale = {}, .forbid = {}, .force = {}}).errors.contains("no '='"));
}

TEST_CASE("a programme without two of its sites, pruned") {
  auto files = read_programme_files("cases/plan/five_sites");
  Diagnostics diagnostics;
  auto csv = parse_csv("sites.csv", files.at("sites.csv"), diagnostics);
  const auto gone = csv.rows[0].cells[csv.column("id")].text;
  csv.rows.erase(csv.rows.begin());
  std::vector<std::string> header;
  for (const auto& c : csv.header.cells) header.push_back(c.text);
  CsvWriter out(header);
  for (const auto& row : csv.rows)
    for (const auto& c : row.cells) out << std::string_view(c.text);
  files["sites.csv"] = out.text();
  Diagnostics without, with;
  std::vector<std::string> notes;
  parse_programme(files, "five_sites", without);
  CHECK(without.has_errors());
  const auto pruned = edited(files, {.set = {}, .scale = {}, .forbid = {}, .force = {}, .prune = true}, with, notes);
  CHECK(!notes.empty());
  const auto programme = parse_programme(pruned, "five_sites", with);
  for (const auto& step : programme.interconnection) CHECK(step.site != gone);
}
