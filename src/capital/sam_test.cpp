#include "base/csv.h"
#include "base/text.h"
#include "capital/capital_test.h"
#include "capital/sam_single_owner.h"

namespace stargate::capital {

namespace {

SamCase referee(const std::string& name) {
  const auto path = std::filesystem::path("cases/capital") / name / "case.json.gz";
  return {path.string(), read_file(path)};
}

/// The case with some inputs written over.
SamResult with(const std::string& name, const nlohmann::json& changes) {
  auto json = nlohmann::json::parse(read_file("cases/capital/" + name + "/case.json.gz"));
  json.update(changes);
  return evaluate_single_owner(SamCase("changed", json.dump()));
}

double value_of(const nlohmann::json& v) { return v.is_number() ? v.get<double>() : std::nan(""); }

}  // namespace

TEST_CASE("SAM single-owner cases agree with ssc in every value it wrote") {
  const auto name = GENERATE("sam_generic_system", "sam_pvwatts");
  const auto result = evaluate_single_owner(referee(name));
  const auto expected = read_json(std::filesystem::path("cases/capital") / name / "expected.json");
  std::size_t compared = 0;
  for (const auto& [key, value] : expected.items()) {
    INFO(name << " " << key);
    std::vector<double> ours, theirs;
    if (value.is_array()) {
      for (const auto& v : value) theirs.push_back(value_of(v));
      if (const auto line = result.lines.find(key); line != result.lines.end())
        ours = line->second;
      else if (const auto series = result.series.find(key); series != result.series.end())
        ours = series->second;
    } else {
      theirs.push_back(value_of(value));
      if (const auto number = result.numbers.find(key); number != result.numbers.end()) ours = {number->second};
    }
    REQUIRE(ours.size() == theirs.size());
    // The balance after the last repayment is what rounding leaves of the loan.
    double largest = 1;
    for (const double v : theirs) largest = std::max(largest, 1e-6 * std::abs(v));
    for (std::size_t i = 0; i < ours.size(); ++i) {
      CHECK(relative_error(ours[i], theirs[i], largest) < 1e-9);
      ++compared;
    }
  }
  CHECK(compared > 4500);
}

TEST_CASE("a capacity-based incentive beyond the cost agrees with ssc's own test case of it") {
  // NREL/ssc, test/input_json/FinancialModels/singleowner/Default_SO_10_IBI_PVWatts: 10 USD/W, taxed. What is told here
  // does not rest on depreciation, whose basis was another when that case was written.
  auto result = with("sam_pvwatts", {{"cbi_fed_amount", 10}});
  CHECK(relative_error(result.number("size_of_equity"), -928290948.73686635) < 1e-9);
  CHECK(relative_error(result.number("adjusted_installed_cost"), -1875790996.4365649) < 1e-9);
  CHECK(relative_error(result.at("cf_project_investing_activities")[0], 875790996.43656492) < 1e-9);
  CHECK(relative_error(result.at("cf_pretax_cashflow")[18], 4736625.2450270932) < 1e-9);
  CHECK(relative_error(result.at("cf_project_return_pretax_npv")[25], 951631704.92927039) < 1e-9);
  CHECK(result.at("cf_fedtax_taxable_incentives")[1] == 1e9);
  CHECK(result.number("debt_fraction") == 0);
  CHECK(std::isnan(result.number("project_irr")));  // the owner is paid at the start
  CHECK(std::isnan(result.number("wacc")));
}

TEST_CASE("fuel, storage and price periods of cases of other technologies have their effect") {
  const auto base = with("sam_generic_system", nlohmann::json::object());
  std::vector<double> usage(26, 3e9), discharged(25, 2e7);
  usage[0] = 0;
  const auto hours = base.years * 8760;
  auto lifetime =
      with("sam_generic_system",
           {{"system_use_lifetime_output", 1},
            {"annual_fuel_usage_lifetime", usage},
            {"gen", std::vector<double>(static_cast<std::size_t>(hours), 86400.0)},
            {"system_pre_curtailment_kwac", std::vector<double>(static_cast<std::size_t>(hours), 86400.0)}});
  CHECK(lifetime.at("cf_om_fuel_expense")[25] ==
        Catch::Approx(base.at("cf_om_fuel_expense")[25] * 3e9 / 2218368384).epsilon(1e-12));
  const auto battery = with("sam_generic_system", {{"en_batt", 1},
                                                   {"add_om_num_types", 1},
                                                   {"om_batt_variable_cost", {5}},
                                                   {"batt_annual_discharge_energy", discharged}});
  CHECK(battery.at("cf_om_production1_expense")[1] == Catch::Approx(5 * 0.001 * 2e7));
  auto periods = nlohmann::json::object();
  for (int p = 1; p <= 9; ++p) periods[std::format("dispatch_factor{}", p)] = 1.5;
  auto json = nlohmann::json::parse(read_file("cases/capital/sam_generic_system/case.json.gz"));
  json.erase("dispatch_tod_factors");
  json.update(periods);
  CHECK(evaluate_single_owner(SamCase("old", json.dump())).at("cf_energy_value")[3] ==
        Catch::Approx(1.5 * base.at("cf_energy_value")[3]));
  CHECK_THROWS_AS(
      with("sam_generic_system", {{"system_use_lifetime_output", 1}, {"annual_fuel_usage_lifetime", {1, 2}}}),
      InputError);
}

TEST_CASE("the exact rate lies within 1e-4 points of SAM's") {
  for (const auto* name : {"sam_generic_system", "sam_pvwatts"}) {
    auto result = evaluate_single_owner(referee(name));
    CHECK(std::abs(result.number("project_irr") - result.number("project_return_aftertax_irr")) < 1e-4);
    const auto& flows = result.at("cf_project_return_aftertax");
    CHECK(std::abs(npv_of_years(flows, result.years, result.number("project_irr") / 100) + flows[0]) < 1e-3);
  }
}

TEST_CASE("a price solved for a target return gives that return at that price") {
  auto solved = with("sam_pvwatts", {{"ppa_soln_mode", 0}, {"flip_target_percent", 9.0}, {"flip_target_year", 20}});
  CHECK(solved.number("flip_actual_irr") == Catch::Approx(9.0).margin(1e-3));
  auto given = with("sam_pvwatts", {{"ppa_price_input", {solved.number("ppa") / 100}}});
  CHECK(relative_error(given.number("project_return_aftertax_npv"), solved.number("project_return_aftertax_npv")) <
        1e-9);
}

TEST_CASE("debt by share of cost is repaid over the tenor, level or in equal principal, after its moratorium") {
  for (const int option : {0, 1}) {
    auto result = with("sam_generic_system",
                       {{"debt_option", 0}, {"debt_percent", 50}, {"payment_option", option}, {"loan_moratorium", 3}});
    const auto &balance = result.at("cf_debt_balance"), &principal = result.at("cf_debt_payment_principal"),
               &total = result.at("cf_debt_payment_total");
    CHECK(std::abs(balance[18]) < 1e-3);
    for (std::size_t y = 1; y <= 3; ++y) CHECK(principal[y] == 0);
    if (option == 1)
      CHECK(principal[4] == Catch::Approx(principal[18]));
    else
      CHECK(total[4] == Catch::Approx(total[18]));
    CHECK(result.number("debt_fraction") == Catch::Approx(50).epsilon(0.01));
  }
}

TEST_CASE("more of each support never costs the owner") {
  const double base = with("sam_pvwatts", nlohmann::json::object()).number("project_npv");
  for (const auto& change :
       std::vector<nlohmann::json>{{{"itc_fed_percent", {30}}},
                                   {{"ibi_sta_amount", 5e6}, {"ibi_sta_amount_tax_fed", 0}},
                                   {{"cbi_uti_amount", 0.05}},
                                   {{"pbi_oth_amount", {0.01}}, {"pbi_oth_term", 5}},
                                   {{"depr_bonus_fed", 100}},
                                   {{"salvage_percentage", 10}},
                                   {{"cp_capacity_payment_amount", {10000}}, {"cp_capacity_credit_percent", {50}}}}) {
    INFO(change.dump());
    CHECK(with("sam_pvwatts", change).number("project_npv") > base);
  }
}

TEST_CASE("wrong SAM cases are refused with the line of the fault") {
  const auto message = [](const std::string& text) {
    try {
      evaluate_single_owner(SamCase("case.json", text));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(message("{\n\"analysis_period\": 25,\n oops}"), Catch::Matchers::ContainsSubstring("case.json:3"));
  CHECK_THAT(message("{\n\"analysis_period\": \"long\"}"), Catch::Matchers::ContainsSubstring("case.json:2"));
  CHECK_THAT(message("[1]"), Catch::Matchers::ContainsSubstring("one JSON object"));
  CHECK_THAT(message("{\"analysis_period\": 25}"), Catch::Matchers::ContainsSubstring("no 'inflation_rate'"));
  CHECK_THAT(message("{\"analysis_period\":\n [1, 2]}"), Catch::Matchers::ContainsSubstring("case.json:1"));
  CHECK_THAT(message("{\n\n\"inflation_rate\": {\"a\": 1}}"), Catch::Matchers::ContainsSubstring("case.json:3"));
  auto json = nlohmann::json::parse(read_file("cases/capital/sam_generic_system/case.json.gz"));
  json["gen"] = {1, 2, 3};
  CHECK_THAT(message(json.dump(1)), Catch::Matchers::ContainsSubstring("'gen' has 3 values"));
}

TEST_CASE("levelised cost by fixed charge rate agrees with ssc") {
  const std::string file = "cases/capital/lcoe_fixed_charge_rate/cases.csv";
  Diagnostics diagnostics;
  const auto csv = parse_csv(file, read_file(file), diagnostics);
  diagnostics.throw_if_errors();
  REQUIRE(csv.rows.size() == 12);
  for (const auto& row : csv.rows) {
    nlohmann::json inputs;
    for (std::size_t c = 1; c + 1 < row.cells.size(); ++c)
      inputs[csv.header.cells[c].text] = parse_number(row.cells[c].text).value();
    INFO(row.cells[0].text);
    CHECK(relative_error(levelised_cost_fcr(SamCase(file, inputs.dump())), parse_number(row.cells.back().text).value(),
                         0) < 1e-14);
  }
}

}  // namespace stargate::capital
