#include "report/report.h"

#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/files.h"
#include "report/albers.h"
#include "report/sample_test.h"

namespace stargate::report {
using nlohmann::json;

namespace {

/// What stands between the opening tag that contains `mark` and the next closing tag.
std::string element(const std::string& page, const std::string& mark, const std::string& closing) {
  const auto begin = page.find(">", page.find(mark)) + 1;
  return page.substr(begin, page.find(closing, begin) - begin);
}
json page_data(const std::string& page) { return json::parse(element(page, "id=\"report-data\"", "</script>")); }

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

}  // namespace

TEST_CASE("the map's projection is d3.geoAlbersUsa at scale 1300 on 975 x 610") {
  // Expected points: d3-geo 3.1, geoAlbersUsa().scale(1300).translate([487.5, 305]).
  const auto [longitude, latitude, x, y] =
      GENERATE(table<double, double, double, double>({{-99.73, 32.45, 427.01558520239416, 446.6590848526604},
                                                      {-80.86, 41.17, 753.4349897495654, 228.09401239657348},
                                                      {-122.33, 47.61, 97.67949886898674, 46.24513613145882},
                                                      {-80.19, 25.76, 822.78127218592, 572.5722962548817},
                                                      {-149.9, 61.22, 112.27763385875359, 544.2627302213003},
                                                      {-157.86, 21.31, 266.9239952779229, 549.12040378991}}));
  const auto at = albers_usa(longitude, latitude);
  REQUIRE(at);
  CHECK(at->x == Catch::Approx(x).epsilon(1e-9));
  CHECK(at->y == Catch::Approx(y).epsilon(1e-9));
  CHECK_FALSE(albers_usa(0, 51.5));       // London
  CHECK_FALSE(albers_usa(-66.1, 18.46));  // San Juan
}

TEST_CASE("the page is one file that loads nothing") {
  const auto programme = sample_programme();
  const auto page = report_html(programme, sample_plan(programme));
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(page.find("Content-Security-Policy\" content=\"default-src 'none'") != std::string::npos);
  CHECK(page.find("{{") == std::string::npos);
  for (const char* loader :
       {"<link", "<img", "<iframe", "src=", "@import", "url(", "fetch(", "XMLHttpRequest", "import(", "sendBeacon"})
    CHECK(page.find(loader) == std::string::npos);
  // The only address is the name of the SVG namespace, which nobody fetches.
  CHECK(occurrences(page, "http://") == 1);
  CHECK(occurrences(page, "http://www.w3.org/2000/svg") == 1);
  CHECK(occurrences(page, "https://") == 0);
  CHECK(page.size() < 3'000'000);
}

TEST_CASE("the page's data are valid JSON and hold every site") {
  const auto programme = sample_programme();
  const auto page = report_html(programme, sample_plan(programme));
  const auto data = page_data(page);
  CHECK(data == report_data(programme, sample_plan(programme)));
  REQUIRE(data["sites"].size() == programme.sites.size());
  for (std::size_t i = 0; i < programme.sites.size(); ++i) {
    CHECK(data["sites"][i]["name"] == programme.sites[i].name);
    CHECK(data["sites"][i].contains("at"));
  }
  CHECK(std::ranges::count_if(data["sites"], [](const json& site) { return site["chosen"].get<bool>(); }) == 12);
  CHECK(json::parse(element(page, "id=\"us-map\"", "</script>"))["states"].size() == 51);
}

TEST_CASE("the same programme and plan give the same bytes") {
  const auto programme = sample_programme();
  CHECK(report_html(programme, sample_plan(programme)) == report_html(programme, sample_plan(programme)));
}

TEST_CASE("a plan written and read again gives the same page") {
  const auto programme = sample_programme();
  const auto plan = sample_plan(programme);
  const auto folder = std::filesystem::temp_directory_path() / "stargate_report_plan_test";
  write_plan(plan, folder);
  const auto again = read_plan(folder);
  std::filesystem::remove_all(folder);
  CHECK(report_html(programme, again) == report_html(programme, plan));
}

TEST_CASE("names cannot become markup or end the data") {
  const auto plain = sample_programme();
  auto hostile = plain;
  hostile.settings.name = "</title><script>alert(1)</script> & \"more\"";
  hostile.sites[0].name = "<script>alert(2)</script>";
  hostile.sites[1].name = "</script><!-- {{data}} \xE2\x80\xA8 \\u003c";
  hostile.sites[2].developer = "'\"><img onerror=alert(3)>";
  hostile.sites[3].source = std::string("not UTF-8: \xFF");
  const auto page = report_html(hostile, sample_plan(hostile));
  const auto tags = [](const std::string& text) {
    return occurrences(text, "<script") + 1000 * occurrences(text, "</script");
  };
  CHECK(tags(page) == tags(report_html(plain, sample_plan(plain))));
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("<!--") == std::string::npos);
  CHECK(page.find(
            "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;: the plan</title>") !=
        std::string::npos);
  const auto data = page_data(page);
  CHECK(data["sites"][0]["name"] == hostile.sites[0].name);
  CHECK(data["sites"][1]["name"] == hostile.sites[1].name);
}

TEST_CASE("the script is the one that the page's policy allows") {
  // The policy holds the base64 of the script's SHA-256; here it is taken apart again, the long way round.
  const auto programme = sample_programme();
  const auto page = report_html(programme, sample_plan(programme));
  const auto begin = page.find("'sha256-") + 8;
  const auto allowed = page.substr(begin, page.find('\'', begin) - begin);
  std::string hex;
  unsigned bits = 0, held = 0;
  for (const char c : allowed) {
    if (c == '=') break;
    const auto digit = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    REQUIRE(digit != std::string_view::npos);
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xFFF, held += 6;
    while (held >= 4) held -= 4, hex += "0123456789abcdef"[bits >> held & 15];
  }
  CHECK(allowed.size() == 44);
  CHECK(hex.substr(0, 64) == sha256(element(page, "<script type=\"module\"", "</script>")));
}

TEST_CASE("the page's figures are the plan's") {
  const auto programme = sample_programme();
  const auto plan = sample_plan(programme);
  const auto data = report_data(programme, plan);
  const auto total = [](const json& values) {
    return std::accumulate(values.begin(), values.end(), 0.0,
                           [](double sum, const json& v) { return sum + v.get<double>(); });
  };

  SECTION("money: draws by investor and spending by category add up") {
    double drawn = 0, paid = 0, plan_drawn = 0, plan_paid = 0;
    for (const auto& i : data["money"]["investors"]) drawn += total(i["draws_usd_m"]);
    for (const auto& c : data["money"]["spending"]) paid += total(c["funded_usd_m"]) + total(c["customers_usd_m"]);
    for (const auto& d : plan.draws) plan_drawn += d.usd_m;
    for (const auto& s : plan.spending) plan_paid += s.usd_m;
    CHECK(drawn == Catch::Approx(plan_drawn).epsilon(1e-4));
    CHECK(paid == Catch::Approx(plan_paid).epsilon(1e-4));
    CHECK(data["money"]["available_usd_m"][0] == 100000);
    CHECK(data["money"]["available_usd_m"][15] == 500000);
    CHECK(data["money"]["available_usd_m"][23] == 500000);
  }
  SECTION("compute: the systems' parts are the sites' whole") {
    double parts = 0, whole = 0;
    for (const auto& system : data["compute"]["systems"]) parts += total(system["pflops"]);
    for (const auto& q : plan.site_quarters) whole += q.effective_pflops;
    CHECK(parts == Catch::Approx(whole).epsilon(1e-4));
  }
  SECTION("jobs: construction by MW under way, permanent by MW in operation") {
    // Quarter 0: only Abilene's first four buildings (420 MW, two started three quarters before, two one) at 6 per MW.
    CHECK(data["jobs"]["construction"][0] == 420 * 6);
    double operating = 0;
    for (const auto& q : plan.site_quarters)
      if (q.quarter == programme.quarter(23)) operating += q.facility_peak_mw;
    CHECK(data["jobs"]["permanent_contract"][23].get<double>() == Catch::Approx(operating * 0.05).margin(0.5));
    CHECK(data["jobs"]["permanent_claim"][23].get<double>() == Catch::Approx(operating * 1.4).margin(0.5));
  }
  SECTION("sites: capital is buildings, connection, plant and racks; of Abilene no opening, which was given") {
    double capital = 0;
    for (const auto& b : plan.blocks)
      if (b.site == "abilene") capital += b.it_mw * 10000 / 1000;
    for (const auto& o : plan.onsite_power)
      if (o.place == "abilene") capital += o.capex_usd_m;
    for (const auto& r : plan.racks)
      if (r.site == "abilene") capital += r.price_usd_m;
    CHECK(data["sites"][0]["capital_usd_m"].get<double>() == Catch::Approx(capital).epsilon(1e-4));
    CHECK(data["sites"][12]["capital_usd_m"] == 0);
  }
  SECTION("supply: expansions ramp up to their rate") {
    const auto& available = data["supply"]["stages"][0]["available"];
    CHECK(available[0] == 300000);
    CHECK(available[7] == 300000 + 3 * 40000 * 0.25);
    CHECK(available[10] == 300000 + 3 * 40000);
  }
  SECTION("dispatch: sources meet the load of each zone that carries the programme's") {
    const auto& zones = data["dispatch"]["zones"];
    CHECK(zones.size() == 7);
    for (const auto& [zone, quarters] : zones.items())
      for (const auto& [t, q] : quarters.items())
        for (std::size_t i = 0; i < q["native_mw"].size(); ++i) {
          double made = 0;
          for (const auto& [group, mw] : q["sources"].items()) made += mw[i].get<double>();
          CHECK(made == Catch::Approx(q["native_mw"][i].get<double>() + q["programme_mw"][i].get<double>()).margin(4));
        }
  }
  SECTION("inputs: every row of every table is counted, by basis") {
    std::size_t rows = 0;
    for (const auto& table : data["inputs"])
      if (table["table"] == "sites") {
        rows = table["rows"].get<std::size_t>();
        CHECK(table["basis"]["reported"].get<std::size_t>() + table["basis"]["estimate"].get<std::size_t>() == rows);
      }
    CHECK(rows == programme.sites.size());
  }
}

TEST_CASE("a plan with nothing in it, and one of another programme, still make a page") {
  const auto programme = sample_programme();
  CHECK(page_data(report_html(programme, Plan{}))["sites"].size() == programme.sites.size());
  CHECK(page_data(report_html(Programme{}, Plan{}))["sites"].empty());
  auto plan = sample_plan(programme);
  plan.openings[0].site = "unknown";
  plan.proof.digest = "another";
  const auto data = page_data(report_html(programme, plan));
  CHECK(data["about"]["same_inputs"] == false);
  CHECK(std::ranges::any_of(data["sites"], [](const json& site) { return site["id"] == "unknown"; }));
}

TEST_CASE("GeoJSON: every site is a point with its power by quarter") {
  const auto programme = sample_programme();
  const auto plan = sample_plan(programme);
  const auto file = std::filesystem::temp_directory_path() / "stargate_report_test" / "sites.geojson";
  write_geojson(programme, plan, file);
  const auto geojson = json::parse(read_file(file));
  std::filesystem::remove_all(file.parent_path());
  CHECK(geojson["type"] == "FeatureCollection");
  REQUIRE(geojson["features"].size() == programme.sites.size());
  const auto& abilene = geojson["features"][0];
  CHECK(abilene["geometry"]["coordinates"] == json({-99.78, 32.5}));
  CHECK(abilene["properties"]["chosen"] == true);
  CHECK(abilene["properties"]["it_mw_2030-Q4"] == 840);
  CHECK(abilene["properties"]["facility_mw_2030-Q3"].get<double>() == Catch::Approx(840 * 1.22));
  CHECK(geojson["features"][13]["properties"]["chosen"] == false);
  CHECK(geojson["features"][13]["properties"]["it_mw_2030-Q4"] == 0);
}

// Not a check: writes the sample's page to look at. Run with: report_test "[.page]"
TEST_CASE("sample page", "[.page]") {
  const auto programme = sample_programme();
  write_file("build/sample_report.html", report_html(programme, sample_plan(programme)));
  SUCCEED();
}

}  // namespace stargate::report
