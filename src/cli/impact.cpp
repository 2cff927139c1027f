// stargate impact: jobs, output, tax, carbon and water of a plan.
#include <algorithm>
#include <filesystem>
#include <print>

#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "cli/commands.h"
#include "cli/plan_inputs.h"
#include "impact/plan_impact.h"
#include "programme/facts.h"

namespace stargate::cli {

namespace {

using namespace impact;
using nlohmann::json;

struct Options {
  std::string plan, programme, output, facts;
  bool as_json = false;
};

/// Further jobs per direct one in PwC's study for the industry (2025); contested, and so never part of a sum here.
constexpr double contested_jobs_per_direct = 6;

std::string range(const Ranged& r, int digits = 0) {
  return std::format("{} ({} to {})", grouped(r.middle, digits), grouped(r.low, digits), grouped(r.high, digits));
}

/// Jobs of a state: most construction jobs of a quarter, job-years, and permanent ones at the end.
struct StateJobs {
  std::string state;
  double peak = 0, job_years = 0, contract = 0, claim = 0;
  Quarter busiest{};
};
std::vector<StateJobs> jobs_by_state(const PlanImpact& impact) {
  std::vector<StateJobs> out;
  for (const JobsQuarter& q : impact.jobs) {
    if (out.empty() || out.back().state != q.state) out.push_back({q.state});
    StateJobs& s = out.back();
    if (q.construction > s.peak) s.peak = q.construction, s.busiest = q.quarter;
    s.job_years += q.construction * q.quarter.days() / 365.25;
    s.contract = q.permanent_contract;
    s.claim = q.permanent_claim;
  }
  return out;
}

std::string jobs_text(const PlanImpact& impact) {
  TextTable table(
      {"state", "construction jobs at the peak", "in", "job-years", "permanent: contract", "permanent: claim"});
  StateJobs all{"all"};
  std::map<Quarter, double> crew;
  for (const JobsQuarter& q : impact.jobs) crew[q.quarter] += q.construction;
  for (const auto& [quarter, jobs] : crew)
    if (jobs > all.peak) all.peak = jobs, all.busiest = quarter;
  const auto row = [&](const StateJobs& s) {
    table.row(
        {s.state, grouped(s.peak), to_string(s.busiest), grouped(s.job_years), grouped(s.contract), grouped(s.claim)});
  };
  for (const StateJobs& s : jobs_by_state(impact)) {
    row(s);
    all.job_years += s.job_years;
    all.contract += s.contract;
    all.claim += s.claim;
  }
  row(all);
  return table.text() + std::format(
                            "Contract and claim are different kinds of figure and are never added. At PwC's contested "
                            "{:.0f} further jobs per direct one the "
                            "contractual jobs would bring {}.\n",
                            contested_jobs_per_direct, grouped(contested_jobs_per_direct * all.contract));
}

std::string economy_text(const PlanImpact& impact) {
  TextTable table(
      {"spending on", "M USD", "made in the US", "output, all sectors", "direct job-years", "suppliers'", "induced"});
  const auto row = [&](const std::string& name, const Economy& e) {
    table.row({name, grouped(e.spending_usd_m), grouped(e.domestic_usd_m.middle), range(e.output_usd_m),
               grouped(e.direct_job_years.middle), grouped(e.supplier_job_years.middle),
               grouped(e.induced_job_years.middle)});
  };
  for (const auto& [category, e] : impact.by_category) row(category, e);
  row("all", impact.economy);
  return table.text() + std::format(
                            "Job-years here are those of average spending in each sector; crews reported at such sites "
                            "are a fraction of it "
                            "(first table).\nTax on the value added: federal {} M USD, state and local {} M USD "
                            "(average rates; upper bound).\n",
                            range(impact.economy.federal_tax_usd_m), range(impact.economy.state_local_tax_usd_m));
}

std::string state_text(const PlanImpact& impact) {
  TextTable table({"state", "spending M USD", "output", "sales tax paid", "property tax paid", "support received"});
  for (const auto& [state, e] : impact.by_state) {
    const auto at = impact.taxes.find(state);
    const DirectTax t = at == impact.taxes.end() ? DirectTax{} : at->second;
    table.row({state.empty() ? "not at a site" : state, grouped(e.spending_usd_m), grouped(e.output_usd_m.middle),
               grouped(t.sales_tax_usd_m), grouped(t.property_tax_usd_m), grouped(t.incentives_usd_m)});
  }
  return table.text();
}

std::string carbon_text(const PlanImpact& impact) {
  if (impact.carbon.empty()) return "The plan has no dispatch tables: carbon and off-site water are not known.\n";
  TextTable table({"year", "use GWh", "on site kt", "location kt", "market kt", "market by hour kt", "kg/MWh",
                   "matched by hour", "dispatched", "off-site water ML"});
  struct Year {
    Carbon carbon;
    Ranged water_ml;
    double dispatched_mwh = 0;
  };
  std::map<int, Year> years;
  for (const QuarterCarbon& q : impact.carbon) {
    Year& year = years[q.quarter.year()];
    year.carbon += q.carbon;
    year.water_ml += q.offsite_water_ml;
    if (q.dispatched_share > 0) year.dispatched_mwh += q.carbon.load_mwh;
  }
  for (const auto& [number, year] : years) {
    const Carbon& c = year.carbon;
    table.row(
        {std::to_string(number), grouped(c.load_mwh / 1000), grouped(c.onsite_t / 1000), grouped(c.location_t / 1000),
         grouped(c.market_t / 1000), grouped(c.market_hourly_t / 1000), grouped(c.location_kg_per_mwh().value_or(0)),
         std::format("{:.0f} %", 100 * std::max(0.0, c.hourly_matched_share().value_or(0))),
         std::format("{:.0f} %", c.load_mwh > 0 ? 100 * year.dispatched_mwh / c.load_mwh : 0), range(year.water_ml)});
  }
  return table.text() +
         "Scope 1 is what burns on site; scope 2 by location is each hour's traced mix, by market the plan's own clean "
         "plants are taken off.\n"
         "Quarters that the plan does not dispatch take the rates of the nearest one of their season that it does.\n";
}

std::string water_text(const PlanImpact& impact) {
  TextTable table({"site", "cooling", "IT GWh", "water ML", "peak year ML", "by way of cooling ML"});
  double all = 0;
  for (const SiteWater& w : impact.water) {
    table.row(
        {w.site, w.cooling, grouped(w.it_gwh), grouped(w.plan_ml), grouped(w.peak_year_ml), range(w.by_cooling_ml)});
    all += w.plan_ml;
  }
  return table.text() + std::format("Water at the sites over the whole plan: {} ML.\n", grouped(all));
}

std::string impact_text(const PlanImpact& impact) {
  return jobs_text(impact) + "\n" + economy_text(impact) + "\n" + state_text(impact) + "\n" + carbon_text(impact) +
         "\n" + water_text(impact);
}

json range_json(const Ranged& r) { return {{"low", r.low}, {"middle", r.middle}, {"high", r.high}}; }

json economy_json(const Economy& e) {
  return {{"spending_usd_m", e.spending_usd_m},
          {"domestic_usd_m", range_json(e.domestic_usd_m)},
          {"output_usd_m", range_json(e.output_usd_m)},
          {"direct_job_years", range_json(e.direct_job_years)},
          {"supplier_job_years", range_json(e.supplier_job_years)},
          {"induced_job_years", range_json(e.induced_job_years)},
          {"federal_tax_usd_m", range_json(e.federal_tax_usd_m)},
          {"state_local_tax_usd_m", range_json(e.state_local_tax_usd_m)}};
}

json impact_json(const PlanImpact& impact) {
  json out{{"economy", economy_json(impact.economy)},
           {"jobs", json::array()},
           {"carbon", json::array()},
           {"water", json::array()}};
  for (const JobsQuarter& q : impact.jobs)
    out["jobs"].push_back({{"state", q.state},
                           {"quarter", to_string(q.quarter)},
                           {"construction", q.construction},
                           {"construction_peak", q.construction_peak},
                           {"permanent_contract", q.permanent_contract},
                           {"permanent_claim", q.permanent_claim}});
  for (const auto& [category, e] : impact.by_category) out["by_category"][category] = economy_json(e);
  for (const auto& [state, e] : impact.by_state) out["by_state"][state.empty() ? "none" : state] = economy_json(e);
  for (const auto& [state, t] : impact.taxes)
    out["taxes"][state.empty() ? "none" : state] = {{"sales_tax_usd_m", t.sales_tax_usd_m},
                                                    {"property_tax_usd_m", t.property_tax_usd_m},
                                                    {"incentives_usd_m", t.incentives_usd_m}};
  for (const QuarterCarbon& q : impact.carbon) {
    const Carbon& c = q.carbon;
    out["carbon"].push_back({{"quarter", to_string(q.quarter)},
                             {"load_mwh", c.load_mwh},
                             {"grid_mwh", c.grid_mwh},
                             {"onsite_t", c.onsite_t},
                             {"location_t", c.location_t},
                             {"market_t", c.market_t},
                             {"market_hourly_t", c.market_hourly_t},
                             {"matched_hourly_mwh", c.matched_hourly_mwh},
                             {"clean_mwh", c.clean_mwh},
                             {"dispatched_share", q.dispatched_share},
                             {"offsite_water_ml", range_json(q.offsite_water_ml)}});
  }
  for (const SiteWater& w : impact.water)
    out["water"].push_back({{"site", w.site},
                            {"state", w.state},
                            {"cooling", w.cooling},
                            {"it_gwh", w.it_gwh},
                            {"plan_ml", w.plan_ml},
                            {"peak_year_ml", w.peak_year_ml},
                            {"by_cooling_ml", range_json(w.by_cooling_ml)}});
  return out;
}

void write_tables(const std::filesystem::path& folder, const PlanImpact& impact) {
  CsvWriter jobs({"state", "quarter", "construction", "construction_peak", "permanent_contract", "permanent_claim"});
  for (const JobsQuarter& q : impact.jobs)
    jobs << q.state << to_string(q.quarter) << q.construction << q.construction_peak << q.permanent_contract
         << q.permanent_claim;
  CsvWriter carbon({"quarter", "load_mwh", "grid_mwh", "onsite_t", "location_t", "market_t", "market_hourly_t",
                    "matched_hourly_mwh", "clean_mwh"});
  for (const QuarterCarbon& q : impact.carbon)
    carbon << to_string(q.quarter) << q.carbon.load_mwh << q.carbon.grid_mwh << q.carbon.onsite_t << q.carbon.location_t
           << q.carbon.market_t << q.carbon.market_hourly_t << q.carbon.matched_hourly_mwh << q.carbon.clean_mwh;
  CsvWriter water({"site", "state", "cooling", "it_gwh", "plan_ml", "peak_year_ml", "by_cooling_low_ml",
                   "by_cooling_ml", "by_cooling_high_ml"});
  for (const SiteWater& w : impact.water)
    water << w.site << w.state << w.cooling << w.it_gwh << w.plan_ml << w.peak_year_ml << w.by_cooling_ml.low
          << w.by_cooling_ml.middle << w.by_cooling_ml.high;
  CsvWriter economy({"state", "spending_usd_m", "domestic_usd_m", "output_usd_m", "direct_job_years",
                     "supplier_job_years", "induced_job_years"});
  for (const auto& [state, e] : impact.by_state)
    economy << state << e.spending_usd_m << e.domestic_usd_m.middle << e.output_usd_m.middle
            << e.direct_job_years.middle << e.supplier_job_years.middle << e.induced_job_years.middle;
  write_file(folder / "impact_jobs.csv", jobs.text());
  write_file(folder / "impact_carbon.csv", carbon.text());
  write_file(folder / "impact_water.csv", water.text());
  write_file(folder / "impact_economy.csv", economy.text());
  write_file(folder / "impact.json", impact_json(impact).dump(2) + "\n");
}

}  // namespace

void add_impact(CLI::App& app) {
  auto* command = app.add_subcommand("impact", "Jobs, output, tax, carbon and water of a plan");
  auto o = std::make_shared<Options>();
  command->add_option("plan", o->plan, "folder of a plan")->required();
  command->add_option("--programme", o->programme, "folder of the plan's programme, if not the copy in the plan");
  command->add_option(
      "--facts", o->facts,
      "folder whose tables (input_output.csv, water_use.csv, ...) take the place of the built-in facts");
  command->add_option("-o,--output", o->output, "folder for impact_*.csv and impact.json");
  command->add_flag("--json", o->as_json, "for machines");
  command->callback([o] {
    const auto [plan, programme] = read_plan_inputs(o->plan, o->programme);
    const auto multipliers = Multipliers::from(
        read_facts(spending_sector_table(), o->facts), read_facts(job_multiplier_table(), o->facts),
        read_facts(tax_rate_table(), o->facts), input_output(read_facts(requirement_table(), o->facts)));
    const PlanImpact impact = plan_impact(programme, plan, multipliers, read_facts(water_use_table(), o->facts));
    if (!o->output.empty()) write_tables(o->output, impact);
    std::print("{}", o->as_json ? impact_json(impact).dump(2) + "\n" : impact_text(impact));
  });
}

}  // namespace stargate::cli
