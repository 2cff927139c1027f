#include "report/frame.h"

namespace stargate::report {
using nlohmann::json;

namespace {

/// In the order in which a reader would want them: what is built, what is bought, what it costs to run, what comes
/// back.
constexpr std::pair<const char*, const char*> categories[] = {
    {"opening", "Land and site works"},
    {"construction", "Buildings"},
    {"grid_connection", "Grid connections"},
    {"onsite_power", "On-site power"},
    {"racks", "Compute"},
    {"sales_tax", "Sales tax"},
    {"expansions", "Chip supply expansions"},
    {"cloud", "Cloud"},
    {"interest", "Interest"},
    {"operations", "Operations"},
    {"property_tax", "Property tax"},
    {"onsite_fixed", "On-site plant, fixed cost"},
    {"zone_power", "New zone plant and lines"},
    {"energy_grid", "Energy from the grid"},
    {"energy_onsite", "Fuel on site"},
    {"shedding", "Shed load"},
    {"incentives", "Incentives received"},
};

}  // namespace

json money_data(const Frame& frame) {
  const auto& plan = frame.plan;
  auto tranches = frame.zeros();
  for (const auto& t : frame.programme.tranches)
    frame.add_from(tranches, std::max(t.from, frame.first), t.usd_b * 1000);

  json investors = json::array();
  std::set<std::string> known;
  const auto add_investor = [&](const std::string& id, json row) {
    auto draws = frame.zeros();
    for (const auto& d : plan.draws)
      if (d.investor == id) frame.add(draws, d.quarter, d.usd_m);
    row["draws_usd_m"] = rounded(draws);
    investors.push_back(std::move(row));
    known.insert(id);
  };
  for (const auto& i : frame.programme.investors)
    add_investor(i.id, {{"id", i.id},
                        {"name", i.name},
                        {"kind", i.kind},
                        {"role", i.role},
                        {"answers_for", i.answers_for},
                        {"commitment_usd_m", rounded(i.commitment_usd_b * 1000)},
                        {"rate_per_year", rounded(i.rate_per_year, 4)},
                        {"basis", i.basis}});
  for (const auto& d : plan.draws)
    if (!known.contains(d.investor)) add_investor(d.investor, {{"id", d.investor}, {"name", d.investor}});

  json spending = json::array();
  for (const auto& [id, name] : categories) {
    auto funded = frame.zeros(), by_customers = frame.zeros();
    for (const auto& s : plan.spending)
      if (s.category == id) frame.add(s.funded ? funded : by_customers, s.quarter, s.usd_m);
    const auto something = [](double v) { return v != 0; };
    if (std::ranges::any_of(funded, something) || std::ranges::any_of(by_customers, something))
      spending.push_back(
          {{"id", id}, {"name", name}, {"funded_usd_m", rounded(funded)}, {"customers_usd_m", rounded(by_customers)}});
  }

  json incentives = json::array();
  for (const auto& i : frame.programme.incentives) {
    auto received = frame.zeros();
    for (const auto& use : plan.incentives)
      if (use.incentive == i.id) frame.add(received, use.quarter, use.usd_m);
    incentives.push_back({{"name", i.name},
                          {"jurisdiction", i.jurisdiction},
                          {"kind", i.kind},
                          {"rate", rounded(i.rate, 4)},
                          {"probability", rounded(i.probability, 3)},
                          {"starts", to_string(i.starts)},
                          {"ends", to_string(i.ends)},
                          {"cap_usd_m", i.cap_usd_m ? rounded(*i.cap_usd_m) : json(nullptr)},
                          {"claw_back", i.claw_back},
                          {"received_usd_m", rounded(received)}});
  }
  return {{"available_usd_m", rounded(tranches)},
          {"investors", investors},
          {"spending", spending},
          {"incentives", incentives}};
}

json reasons_data(const Frame& frame) {
  json worths = json::array(), alternatives = json::array();
  for (const auto& w : frame.plan.worths) {
    json row{{"rule", w.rule},
             {"what", w.what},
             {"unit", w.unit},
             {"limit", rounded(w.limit, 2)},
             {"used", rounded(w.used, 2)},
             {"worth", rounded(w.worth, 6)},
             {"worth_usd_m", rounded(w.worth_usd_m, 4)},
             {"words", w.words}};
    if (w.quarter) row["quarter"] = to_string(*w.quarter);
    worths.push_back(std::move(row));
  }
  for (const auto& a : frame.plan.alternatives)
    alternatives.push_back({{"site", name_of(frame.programme.sites, a.site)},
                            {"change", a.change},
                            {"objective", rounded(a.objective, 3)},
                            {"regret", rounded(a.regret, 3)},
                            {"regret_percent", rounded(a.regret_percent, 3)},
                            {"words", a.words}});
  return {{"worths", worths}, {"alternatives", alternatives}};
}

}  // namespace stargate::report
