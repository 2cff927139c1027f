#include "report/albers.h"
#include "report/frame.h"

namespace stargate::report {
using nlohmann::json;

namespace {

void put_position(json& row, double longitude, double latitude) {
  if (const auto at = albers_usa(longitude, latitude)) row["at"] = {rounded(at->x), rounded(at->y)};
}

/// Jobs in each quarter: construction by the IT power under way, permanent by the facility power in operation.
struct Jobs {
  std::vector<double> construction, contract, claim;
};

Jobs jobs_of(const Frame& frame, const Site& site) {
  Jobs jobs{frame.zeros(), frame.zeros(), frame.zeros()};
  for (const auto& b : frame.plan.blocks)
    if (b.site == site.id)
      frame.add_from(jobs.construction, b.start, b.it_mw * site.construction_jobs_peak_per_mw, b.ready);
  for (const auto& q : frame.plan.site_quarters)
    if (q.site == site.id) {
      frame.add(jobs.contract, q.quarter, q.facility_peak_mw * site.permanent_jobs_per_mw_contract);
      frame.add(jobs.claim, q.quarter, q.facility_peak_mw * site.permanent_jobs_per_mw_claim);
    }
  return jobs;
}

json candidate(const Frame& frame, const Site& site) {
  json row{{"id", site.id},           {"name", site.name},           {"state", site.state},   {"county", site.county},
           {"zone", site.zone},       {"developer", site.developer}, {"status", site.status}, {"choice", site.choice},
           {"cooling", site.cooling}, {"source", site.source},       {"basis", site.basis}};
  row["as_of"] = to_string(site.as_of);
  row["most_mw"] = rounded(site.block_mw * static_cast<double>(site.most_blocks));
  row["risk_index"] = rounded(site.risk_index);
  row["earliest_start"] = to_string(site.earliest_start);
  put_position(row, site.longitude, site.latitude);
  for (const auto& c : frame.programme.commitments)
    if (c.site == site.id && c.reported_ready)
      row["reported_ready"].push_back({{"date", to_string(*c.reported_ready)},
                                       {"at", frame.offset(Quarter(*c.reported_ready))},
                                       {"blocks", c.blocks}});
  return row;
}

void put_building(const Frame& frame, const std::string& id, json& row) {
  for (const auto& o : frame.plan.openings)
    if (o.site == id) row["opened"] = frame.offset(o.quarter), row["committed"] = o.committed;
  row["blocks"] = json::array();
  for (const auto& b : frame.plan.blocks)
    if (b.site == id)
      row["blocks"].push_back({{"start", frame.offset(b.start)},
                               {"ready", frame.offset(b.ready)},
                               {"blocks", b.blocks},
                               {"mw", rounded(b.it_mw)},
                               {"committed", b.committed}});
}

void put_orders(const Frame& frame, const std::string& id, json& row) {
  row["grid"] = row["onsite"] = row["racks"] = json::array();
  for (const auto& g : frame.plan.grid)
    if (g.site == id)
      row["grid"].push_back({{"kind", g.kind},
                             {"requested", frame.offset(g.requested)},
                             {"energised", frame.offset(g.energised)},
                             {"mw", rounded(g.mw)},
                             {"usd_m", rounded(g.capex_usd_m)}});
  for (const auto& o : frame.plan.onsite_power)
    if (o.place == id)
      row["onsite"].push_back({{"technology", name_of(frame.programme.power, o.technology)},
                               {"ordered", frame.offset(o.ordered)},
                               {"service", frame.offset(o.service)},
                               {"mw", rounded(o.mw)},
                               {"usd_m", rounded(o.capex_usd_m)}});
  std::map<std::string, std::array<double, 3>> racks;  // chips, MW, price
  for (const auto& r : frame.plan.racks)
    if (r.site == id) {
      auto& sum = racks[r.accelerator];
      sum[0] += r.chips, sum[1] += r.it_mw, sum[2] += r.price_usd_m;
    }
  for (const auto& [system, sum] : racks)
    row["racks"].push_back({{"system", name_of(frame.programme.accelerators, system)},
                            {"chips", rounded(sum[0], 0)},
                            {"mw", rounded(sum[1])},
                            {"usd_m", rounded(sum[2])}});
}

void put_quarters(const Frame& frame, const std::string& id, json& row) {
  const std::pair<const char*, double SiteQuarter::*> columns[] = {{"ready_mw", &SiteQuarter::ready_it_mw},
                                                                   {"installed_mw", &SiteQuarter::installed_it_mw},
                                                                   {"facility_mw", &SiteQuarter::facility_peak_mw},
                                                                   {"firm_mw", &SiteQuarter::firm_mw},
                                                                   {"managed_mw", &SiteQuarter::managed_mw},
                                                                   {"onsite_mw", &SiteQuarter::onsite_mw},
                                                                   {"pflops", &SiteQuarter::effective_pflops},
                                                                   {"load_gwh", &SiteQuarter::load_gwh},
                                                                   {"water_ml", &SiteQuarter::water_ml}};
  std::vector<std::vector<double>> series(std::size(columns), frame.zeros());
  for (const auto& q : frame.plan.site_quarters)
    if (q.site == id)
      for (std::size_t i = 0; i < series.size(); ++i) frame.add(series[i], q.quarter, q.*columns[i].second);
  for (std::size_t i = 0; i < series.size(); ++i) row[columns[i].first] = rounded(series[i]);
}

/// What the site's own orders cost, before taxes, credits and interest.
double capital_usd_m(const Frame& frame, const Site& site) {
  double usd_m = 0;
  for (const auto& o : frame.plan.openings)
    if (o.site == site.id && !o.committed) usd_m += site.opening_cost_usd_m;
  for (const auto& b : frame.plan.blocks)
    if (b.site == site.id) usd_m += b.it_mw * site.construction_usd_per_kw / 1000;
  for (const auto& g : frame.plan.grid)
    if (g.site == site.id) usd_m += g.capex_usd_m;
  for (const auto& o : frame.plan.onsite_power)
    if (o.place == site.id) usd_m += o.capex_usd_m;
  for (const auto& r : frame.plan.racks)
    if (r.site == site.id) usd_m += r.price_usd_m;
  return usd_m;
}

}  // namespace

json sites_data(const Frame& frame) {
  std::set<std::string> chosen;
  for (const auto& o : frame.plan.openings) chosen.insert(o.site);
  for (const auto& b : frame.plan.blocks) chosen.insert(b.site);

  auto rows = json::array();
  const auto add = [&](json row, const std::string& id) {
    row["chosen"] = chosen.contains(id);
    if (chosen.contains(id)) {
      put_building(frame, id, row);
      put_orders(frame, id, row);
      put_quarters(frame, id, row);
    }
    rows.push_back(std::move(row));
  };
  for (const auto& site : frame.programme.sites) {
    auto row = candidate(frame, site);
    row["capital_usd_m"] = rounded(capital_usd_m(frame, site));
    add(std::move(row), site.id);
  }
  // A plan made from other inputs may name a site that this programme does not have: it is shown, without a place.
  for (const auto& id : chosen)
    if (find_id(frame.programme.sites, id) == nullptr) add({{"id", id}, {"name", id}, {"state", ""}, {"zone", ""}}, id);
  return rows;
}

json grid_data(const Frame& frame) {
  json zones = json::array(), ties = json::array();
  for (const auto& z : frame.programme.zones) {
    json row{{"id", z.id}, {"name", z.name}, {"region", z.region}, {"headroom_mw", rounded(z.headroom_mw, 0)}};
    put_position(row, z.longitude, z.latitude);
    zones.push_back(std::move(row));
  }
  for (const auto& l : frame.programme.lines) {
    json expansions = json::array();
    for (const auto& e : frame.plan.lines)
      if (e.line == l.id)
        expansions.push_back(
            {{"decided", frame.offset(e.decided)}, {"service", frame.offset(e.service)}, {"mw", rounded(e.mw)}});
    ties.push_back(
        {{"from", l.from_zone}, {"to", l.to_zone}, {"mw", rounded(l.capacity_mw, 0)}, {"expansions", expansions}});
  }
  return {{"zones", zones}, {"ties", ties}};
}

json jobs_data(const Frame& frame) {
  Jobs all{frame.zeros(), frame.zeros(), frame.zeros()};
  for (const auto& site : frame.programme.sites) {
    const Jobs jobs = jobs_of(frame, site);
    std::ranges::transform(all.construction, jobs.construction, all.construction.begin(), std::plus{});
    std::ranges::transform(all.contract, jobs.contract, all.contract.begin(), std::plus{});
    std::ranges::transform(all.claim, jobs.claim, all.claim.begin(), std::plus{});
  }
  return {{"construction", rounded(all.construction, 0)},
          {"permanent_contract", rounded(all.contract, 0)},
          {"permanent_claim", rounded(all.claim, 0)}};
}

}  // namespace stargate::report
