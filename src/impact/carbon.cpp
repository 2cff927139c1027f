#include "impact/carbon.h"

#include <algorithm>
#include <cmath>

namespace stargate::impact {

namespace {
std::vector<double> traced(const std::vector<double>& generation, const std::vector<double>& emissions,
                           const std::vector<ZoneFlow>& flows) {
  const std::size_t n = generation.size();
  std::vector<double> inflow(n), mix(n);
  for (const ZoneFlow& f : flows) inflow[f.to] += f.mwh;
  for (int round = 0; round < 500; ++round) {
    std::vector<double> next = emissions;
    for (const ZoneFlow& f : flows) next[f.to] += f.mwh * mix[f.from];
    double change = 0;
    for (std::size_t z = 0; z < n; ++z) {
      const double all = generation[z] + inflow[z];
      next[z] = all > 0 ? next[z] / all : 0;
      change = std::max(change, std::abs(next[z] - mix[z]));
    }
    mix = std::move(next);
    if (change < 1e-12) break;
  }
  return mix;
}
}  // namespace

std::vector<double> traced_t_per_mwh(const std::vector<ZoneHour>& zones, const std::vector<ZoneFlow>& flows) {
  std::vector<double> generation, emissions;
  for (const ZoneHour& z : zones) generation.push_back(z.generation_mwh), emissions.push_back(z.emissions_t);
  return traced(generation, emissions, flows);
}

std::optional<double> Carbon::location_kg_per_mwh() const {
  return load_mwh > 0 ? std::optional(1000 * (onsite_t + location_t) / load_mwh) : std::nullopt;
}
std::optional<double> Carbon::hourly_matched_share() const {
  return grid_mwh > 0 ? std::optional(matched_hourly_mwh / grid_mwh) : std::nullopt;
}

Carbon& Carbon::operator+=(const Carbon& other) {
  load_mwh += other.load_mwh;
  grid_mwh += other.grid_mwh;
  onsite_t += other.onsite_t;
  location_t += other.location_t;
  market_t += other.market_t;
  market_hourly_t += other.market_hourly_t;
  clean_mwh += other.clean_mwh;
  matched_hourly_mwh += other.matched_hourly_mwh;
  return *this;
}

Carbon Carbon::scaled(double factor) const {
  Carbon c = *this;
  for (double Carbon::*figure :
       {&Carbon::load_mwh, &Carbon::grid_mwh, &Carbon::onsite_t, &Carbon::location_t, &Carbon::market_t,
        &Carbon::market_hourly_t, &Carbon::clean_mwh, &Carbon::matched_hourly_mwh})
    c.*figure *= factor;
  return c;
}

std::vector<StepCarbon> step_carbon(const std::vector<ZoneHour>& zones, const std::vector<ZoneFlow>& flows) {
  const auto mix = traced_t_per_mwh(zones, flows);
  // The residual mix: what reaches a zone from plants that are not the programme's, wherever they stand.
  std::vector<double> generation, others_t, own_mwh;
  for (const ZoneHour& z : zones) {
    generation.push_back(z.generation_mwh);
    others_t.push_back(std::max(0.0, z.emissions_t - z.own_emissions_t));
    own_mwh.push_back(z.own_mwh);
  }
  const auto others = traced(generation, others_t, flows), own_share = traced(generation, own_mwh, flows);
  std::vector<double> residual(zones.size());
  for (std::size_t z = 0; z < zones.size(); ++z)
    residual[z] = own_share[z] < 1 - 1e-9 ? others[z] / (1 - own_share[z]) : 0;
  std::vector<StepCarbon> out(zones.size());
  for (std::size_t z = 0; z < zones.size(); ++z) {
    const ZoneHour& hour = zones[z];
    StepCarbon& step = out[z];
    step.matched_mwh = std::min(hour.programme_mwh, hour.clean_mwh);
    step.location_t = hour.programme_mwh * mix[z];
    step.market_hourly_t = (hour.programme_mwh - step.matched_mwh) * residual[z];
    step.residual_t = hour.programme_mwh * residual[z];
    step.residual_mwh = hour.programme_mwh;
  }
  return out;
}

double settle_market_t(double grid_mwh, double clean_mwh, double residual_t_if_uncovered) {
  return grid_mwh > 0 ? residual_t_if_uncovered * std::max(0.0, 1 - clean_mwh / grid_mwh) : 0;
}

}  // namespace stargate::impact
