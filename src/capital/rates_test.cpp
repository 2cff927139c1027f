#include "capital/rates.h"

#include "base/csv.h"
#include "base/random.h"
#include "base/text.h"
#include "capital/capital_test.h"
#include "capital/xirr_file.h"

namespace stargate::capital {

TEST_CASE("dated flows give the rates that pyxirr gives") {
  const std::string folder = "cases/capital/xirr/";
  Diagnostics diagnostics;
  const auto expected = parse_csv("expected.csv", read_file(folder + "expected.csv"), diagnostics);
  REQUIRE(expected.rows.size() == 39);
  for (const auto& row : expected.rows) {
    const auto& file = row.cells[0].text;
    INFO(file);
    const auto flows = flows_of(read_dated_flows(file, read_file(folder + file)));
    const auto rate = internal_rate(flows);
    if (row.cells[1].text == "none") {
      CHECK(!rate.given);
      CHECK(rate.roots.empty());
      continue;
    }
    REQUIRE(rate.given);
    CHECK(relative_error(*rate.given, parse_number(row.cells[1].text).value(), 1e-6) < 1e-9);
    for (const auto& root : rate.roots) {
      // Every root is one: the value there is small beside the flows as they weigh at that rate.
      double value = 0, size = 0;
      for (const auto& [t, a] : flows) {
        const double term = a * std::exp(-t * std::log(root.growth));
        value += term;
        size += std::abs(term);
      }
      CHECK(std::abs(value) < 1e-9 * size);
    }
  }
}

TEST_CASE("decimals are read as the file writes them, or the file is refused") {
  const auto amounts = [](std::string_view text) {
    std::vector<double> list;
    for (const auto& flow : read_dated_flows("f.csv", text)) list.push_back(flow.amount);
    return list;
  };
  for (const char* name : {"xirr_mixed.csv", "xirr_decimal_comma.csv", "xirr_german.csv"})
    CHECK(amounts(read_file(std::string("cases/hostile/") + name)) == std::vector{-1000.0, 1100.5});
  CHECK(amounts("2026-01-31;-1,000.50\n2027-01-31;1,234\n") == std::vector{-1000.5, 1234.0});
  CHECK(amounts("31.01.2026;-1.000\n31.01.2027;1.234\n") == std::vector{-1000.0, 1234.0});
  CHECK(amounts("31.01.2026;-1\n31.01.2027;1,234\n") == std::vector{-1.0, 1.234});
  CHECK(amounts("date,amount\n2026-01-31,\"-1,000\"\n2027-01-31,1.234\n") == std::vector{-1000.0, 1.234});
  CHECK(amounts("2026-01-31;-1.000.000\n2027-01-31;2.000.000\n") == std::vector{-1e6, 2e6});
  CHECK_THROWS_WITH(amounts("2026-01-31;-1,000\n2027-01-31;1,234\n"), Catch::Matchers::ContainsSubstring("may be thousands"));
  CHECK_THROWS_WITH(amounts("2026-01-31;-1000,5\n2027-01-31;1234.5\n"), Catch::Matchers::ContainsSubstring("with a comma in line 1"));
  for (const char* bad : {"nan", "inf", "1e999", "--1", "1,2,3,", ""})
    CHECK_THROWS_AS(amounts(std::string("2026-01-31;-1\n2027-01-31;") + bad + "\n"), InputError);
}

TEST_CASE("every root is found, however many there are") {
  // Products of (x - g) have their roots at growth factors g by construction.
  for (const auto& growths : std::vector<std::vector<double>>{
           {1.1}, {0.5, 2}, {0.9, 1.0, 1.1}, {0.2, 0.5, 1.5, 4}, {1.05, 1.1, 1.15, 1.2, 1.25}}) {
    std::vector<double> coefficients{1};
    for (const double g : growths) {
      std::vector<double> next(coefficients.size() + 1);
      for (std::size_t i = 0; i < coefficients.size(); ++i) {
        next[i] += coefficients[i];
        next[i + 1] -= g * coefficients[i];
      }
      coefficients = next;
    }
    std::vector<Flow> flows;
    for (std::size_t i = 0; i < coefficients.size(); ++i) flows.push_back({static_cast<double>(i), coefficients[i]});
    const auto rate = internal_rate(flows);
    REQUIRE(rate.roots.size() == growths.size());
    for (std::size_t i = 0; i < growths.size(); ++i)
      CHECK(rate.roots[i].growth == Catch::Approx(growths[i]).epsilon(1e-6));
    CHECK(rate.given);
    CHECK(!rate.why.empty());
  }
}

TEST_CASE("a double root is told as touching zero") {
  const auto rate = internal_rate({{0, 1}, {1, -2.2}, {2, 1.21}});  // (x - 1.1)^2
  REQUIRE(rate.roots.size() == 1);
  CHECK(rate.roots.front().touches);
  REQUIRE(rate.given);
  CHECK(*rate.given == Catch::Approx(0.1).epsilon(1e-5));
}

TEST_CASE("an investment that is paid once and returned has one rate, and it brings the value to zero") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(7, seed);
    std::vector<Flow> flows{{0, -1 - 99 * random.uniform()}};
    for (int y = 1; y <= 20; ++y) flows.push_back({y - random.uniform(), 20 * random.uniform()});
    const auto rate = internal_rate(flows);
    REQUIRE(rate.roots.size() == 1);
    CHECK(std::abs(present_value(flows, *rate.given)) < 1e-8);
    CHECK(rate.roots.front().falling);
  }
}

TEST_CASE("flows that never change sign have no rate, and the answer says so") {
  CHECK(!internal_rate({{0, 1}, {1, 2}}).given);
  CHECK(!internal_rate({{0, -5}, {0, 5}}).given);
  CHECK_THAT(internal_rate({{0, 1}, {0, -2}, {3, -1}}).why, Catch::Matchers::ContainsSubstring("never change sign"));
}

TEST_CASE("files of dated flows are read with or without header, quoted, in any order, and refused by line") {
  const auto flows = read_dated_flows("f.csv", "date,amount\n\"2020-01-02\", -100\n\n2020-01-01,110\n");
  REQUIRE(flows.size() == 2);
  CHECK(flows_of(flows)[0].years == Catch::Approx(1 / 365.0));
  try {
    read_dated_flows("f.csv", "2020-01-01,1\n2020-02-30,5\n2020-03-01,x\n1\n");
    FAIL();
  } catch (const InputError& error) {
    REQUIRE(error.diagnostics().size() == 3);
    CHECK(error.diagnostics()[0].place.line == 2);
    CHECK(error.diagnostics()[1].place.line == 3);
    CHECK(error.diagnostics()[2].place.line == 4);
  }
  CHECK_THROWS_AS(read_dated_flows("f.csv", "\n"), InputError);
}

TEST_CASE("dates and amounts are read in the forms in which people write them") {
  const auto same = [](std::string_view text) {
    const auto flows = read_dated_flows("f.csv", text);
    REQUIRE(flows.size() == 2);
    CHECK(to_string(flows[0].date) == "2026-01-31");
    CHECK(to_string(flows[1].date) == "2027-03-04");
    CHECK(flows[0].amount == -1234.5);
    CHECK(flows[1].amount == 1400);
  };
  same("2026-01-31,-1234.5\n2027-03-04,1400\n");
  same("2026/01/31;-1234.5\n2027/03/04;1400\n");
  same("Date\tAmount\n20260131\t-1234.5\n20270304\t+1400\n");
  same("when,cash flow\n01/31/2026,\"-1,234.50\"\n03/04/2027,\"$1,400\"\n");
  same("31.01.2026,(1234.5)\n04.03.2027,1.4e3\n");
  same("-1234.5,2026-01-31 00:00:00\n1400,2027-03-04T12:00\n");
  same("# a comment\nlabel,date,amount\nfirst,2026-1-31,-1234.5\nlast,2027-3-4,1400\r\n");
  CHECK_THROWS_AS(read_dated_flows("f.csv", "01/31/2026,1\n31/01/2026,2\n"), InputError);  // two ways in one file
  CHECK_THROWS_AS(read_dated_flows("f.csv", "31.01.26,1\n"), InputError);
  CHECK_THROWS_AS(read_dated_flows("f.csv", "2026-01-31,nan\n"), InputError);
}

TEST_CASE("flows of one day add up, and very high and very low rates are found") {
  const auto rate = [](std::string_view text) { return internal_rate(flows_of(read_dated_flows("f.csv", text))); };
  CHECK(!rate("2026-01-01,-5\n2026-01-01,5\n").given);
  CHECK(*rate("2026-01-01,-60\n2026-01-01,-40\n2027-01-01,110\n").given == Catch::Approx(0.1).epsilon(1e-12));
  CHECK(*rate("2026-01-01,-1\n2027-01-01,1e9\n").given == Catch::Approx(1e9 - 1).epsilon(1e-9));
  CHECK(*rate("2026-01-01,-1e9\n2027-01-01,1\n").given == Catch::Approx(-1 + 1e-9).epsilon(1e-12));
  CHECK(*rate("2026-01-01,-100\n2126-01-01,100\n").given == Catch::Approx(0).margin(1e-9));
}

}  // namespace stargate::capital
