#include "base/files.h"
#include "report/frame.h"
#include "report/report.h"

namespace stargate::report {
using nlohmann::json;

std::string sites_geojson(const Programme& programme, const Plan& plan) {
  const Frame frame(programme, plan);
  json features = json::array();
  for (const auto& site : programme.sites) {
    json properties{{"id", site.id},         {"name", site.name},     {"state", site.state},
                    {"county", site.county}, {"zone", site.zone},     {"developer", site.developer},
                    {"status", site.status}, {"chosen", false},       {"opened", nullptr},
                    {"committed", nullptr},  {"source", site.source}, {"basis", site.basis}};
    properties["as_of"] = to_string(site.as_of);
    for (const auto& o : plan.openings)
      if (o.site == site.id)
        properties["chosen"] = true, properties["opened"] = to_string(o.quarter), properties["committed"] = o.committed;
    for (int t = 0; t < frame.quarters; ++t) {
      const auto quarter = to_string(frame.first + t);
      properties["it_mw_" + quarter] = properties["facility_mw_" + quarter] = 0;
    }
    for (const auto& q : plan.site_quarters)
      if (q.site == site.id && frame.index(q.quarter)) {
        properties["it_mw_" + to_string(q.quarter)] = rounded(q.installed_it_mw, 3);
        properties["facility_mw_" + to_string(q.quarter)] = rounded(q.facility_peak_mw, 3);
      }
    features.push_back({{"type", "Feature"},
                        {"id", site.id},
                        {"geometry", {{"type", "Point"}, {"coordinates", {site.longitude, site.latitude}}}},
                        {"properties", std::move(properties)}});
  }
  const json collection{{"type", "FeatureCollection"}, {"features", std::move(features)}};
  return collection.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

void write_geojson(const Programme& programme, const Plan& plan, const std::filesystem::path& file) {
  write_file(file, sites_geojson(programme, plan));
}

}  // namespace stargate::report
