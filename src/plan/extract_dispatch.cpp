#include "plan/extract_dispatch.h"

#include "energy/result.h"
#include "plan/quarter_dispatch.h"

namespace stargate::plan {

namespace {

constexpr double least_mw = 1e-3;

class DispatchExtractor {
 public:
  DispatchExtractor(const Formulation& f, const std::vector<double>& x, const std::vector<double>& dual, Plan& plan)
      : f_(f), c_(f.columns), in_(f.instance), p_(in_.p), x_(x), dual_(dual), plan_(plan) {}

  void quarter(std::size_t d) {
    d_ = &in_.dispatch[d];
    read(d);
    const auto steps = in_.steps[d_->season].size();
    for (std::size_t k = 0; k < steps; ++k) {
      for (std::size_t z = 0; z < p_.zones.size(); ++z) {
        sites(z, k);
        zone(z, k);
      }
      for (std::size_t l = 0; l < p_.lines.size(); ++l) {
        const double mw = flow(k, l, true) - flow(k, l, false);
        if (std::abs(mw) <= least_mw) continue;
        FlowStep row;
        row.line = p_.lines[l].id;
        place(row, k);
        row.mw = mw;
        plan_.flow_steps.push_back(row);
      }
    }
  }

 private:
  double value(int column) const { return column < 0 ? 0 : x_[at(column)]; }
  double mw_of(int column) const { return value(column) * thousand; }
  double of(energy::List list, std::size_t k, int member) const {
    return member < 0 ? 0 : operation_.flow[static_cast<std::size_t>(list)](k, at(member)) * thousand;
  }
  double generation(std::size_t k, int member) const { return of(energy::List::generators, k, member); }
  double discharge(std::size_t k, int member) const { return of(energy::List::storage_units, k, member); }
  double charge(std::size_t k, int member) const {
    return member < 0 ? 0 : operation_.charge(k, at(member)) * thousand;
  }
  double flow(std::size_t k, std::size_t line, bool forward) const {
    return of(energy::List::links, k, static_cast<int>(2 * line + (forward ? 0 : 1)));
  }

  /// The quarter's part of the solution in its network's terms. Duals are in the objective's unit; divided by what
  /// money is worth in it they are in the network's, and so are the prices.
  void read(std::size_t d) {
    const auto& q = (*f_.quarters)[d];
    members_ = &q.members;
    lp::Solution part;
    part.status = lp::Status::optimal;
    const auto column = x_.begin() + f_.first_column[d];
    part.value.assign(column, column + q.grid.model.columns());
    if (const double worth = dual_.empty() ? 0 : f_.worth_of_energy_money(d, dual_); worth > 0) {
      const auto row = dual_.begin() + f_.first_row[d];
      part.row_dual.assign(row, row + q.grid.model.rows());
      for (double& dual : part.row_dual) dual /= worth;
    }
    energy::Result result;
    energy::read_solution(q.system, q.grid, part, result);
    operation_ = std::move(result.operation.front());
  }
  template <class StepRow>
  void place(StepRow& row, std::size_t k) const {
    const auto& step = in_.steps[d_->season][k];
    row.quarter = p_.quarter(d_->quarter);
    row.day = p_.days[at(step.day)].id;
    row.hour = step.hour;
  }

  /// Gives the zone's on-site generation and shedding to its sites: first what each needs, then by what room each has.
  void sites(std::size_t z, std::size_t k) {
    struct Part {
      std::size_t site;
      double load, shed, need, most, onsite;
    };
    const auto t = at(d_->quarter);
    std::vector<Part> parts;
    double onsite = 0, shed = generation(k, members_->shed[z]), room = 0, all_load = 0;
    for (std::size_t tech = 0; tech < p_.power.size(); ++tech) onsite += generation(k, members_->onsite(z, tech));
    for (const int s : in_.sites_of_zone[z]) {
      Part part{at(s), 0, 0, 0, 0, 0};
      part.load = mw_of(c_.installed(at(s), t)) * in_.sites[at(s)].pue[d_->season] * p_.settings.it_utilisation;
      if (part.load <= least_mw && onsite <= least_mw) continue;
      const bool out = in_.restricted(s, d_->season, static_cast<int>(k));
      if (out) part.shed = std::min(part.load, mw_of(c_.shed_restricted(at(s), t)));
      const double connection = mw_of(c_.firm(at(s), t)) + (out ? 0 : mw_of(c_.managed(at(s), t)));
      part.need = std::max(0.0, part.load - part.shed - connection);
      for (std::size_t tech = 0; tech < p_.power.size(); ++tech)
        part.most += mw_of(c_.onsite_cap(tech, at(s), t)) * p_.power[tech].availability;
      part.onsite = std::min(part.need, part.most);
      onsite -= part.onsite;
      room += part.most - part.onsite;
      all_load += part.load - part.shed;
      parts.push_back(part);
    }
    for (auto& part : parts) {
      if (room > 0 && onsite > 0) part.onsite += onsite * (part.most - part.onsite) / room;
      if (all_load > 0) part.shed += shed * (part.load - part.shed) / all_load;
      SiteStep row;
      row.site = p_.sites[part.site].id;
      place(row, k);
      row.load_mw = part.load;
      row.onsite_mw = part.onsite;
      row.shed_mw = part.shed;
      row.grid_mw = part.load - part.onsite - part.shed;
      if (row.load_mw + row.onsite_mw > least_mw) plan_.site_steps.push_back(row);
    }
  }

  void source(std::size_t z, std::size_t k, const std::string& id, const char* kind, double mw) {
    if (mw <= least_mw) return;
    SourceStep row;
    row.zone = p_.zones[z].id;
    row.source = id;
    row.kind = kind;
    place(row, k);
    row.mw = mw;
    plan_.source_steps.push_back(row);
  }

  void storage_or_plant(std::size_t z, std::size_t k, const std::string& id, bool is_storage, int member,
                        const char* kind, double& plant, double& storage) {
    if (!is_storage) {
      const double out = generation(k, member);
      plant += out;
      return source(z, k, id, kind, out);
    }
    const double out = discharge(k, member), in = charge(k, member);
    storage += out - in;
    source(z, k, id, "discharge", out);
    source(z, k, id, "charge", in);
  }

  void zone(std::size_t z, std::size_t k) {
    ZoneStep row;
    row.zone = p_.zones[z].id;
    place(row, k);
    const int t = d_->quarter;
    row.native_mw = in_.profile[d_->season][z][k].load * in_.load_growth(static_cast<int>(z), t) * thousand;
    for (const int s : in_.sites_of_zone[z]) {
      row.programme_mw +=
          mw_of(c_.installed(at(s), at(t))) * in_.sites[at(s)].pue[d_->season] * p_.settings.it_utilisation;
      if (in_.restricted(s, d_->season, static_cast<int>(k))) row.shed_mw += mw_of(c_.shed_restricted(at(s), at(t)));
    }
    row.shed_mw += generation(k, members_->shed[z]);
    row.unserved_mw = generation(k, members_->unserved[z]);
    for (const int f : in_.fleet_of_zone[z]) {
      const auto& unit = p_.fleet[at(f)];
      const int member = members_->fleet[at(f)];
      storage_or_plant(z, k, unit.id, unit.kind == "storage", member, "existing", row.existing_mw, row.storage_mw);
    }
    for (std::size_t tech = 0; tech < p_.power.size(); ++tech) {
      const auto& power = p_.power[tech];
      const int member = members_->built(z, tech);
      storage_or_plant(z, k, power.id, power.kind == "storage", member, "built", row.built_mw, row.storage_mw);
      const double onsite = generation(k, members_->onsite(z, tech));
      row.onsite_mw += onsite;
      source(z, k, power.id, "onsite", onsite);
    }
    for (std::size_t l = 0; l < p_.lines.size(); ++l) {
      const auto& line = p_.lines[l];
      const double forward = flow(k, l, true), backward = flow(k, l, false);
      if (line.from_zone == row.zone) row.imports_mw += backward * (1 - line.loss) - forward;
      if (line.to_zone == row.zone) row.imports_mw += forward * (1 - line.loss) - backward;
    }
    if (operation_.price.is_there()) row.price_usd_per_mwh = operation_.price(k, z);
    plan_.zone_steps.push_back(row);
  }

  const Formulation& f_;
  const Columns& c_;
  const Instance& in_;
  const Programme& p_;
  const std::vector<double>& x_;
  const std::vector<double>& dual_;
  Plan& plan_;
  const Dispatch* d_ = nullptr;
  const NetworkMembers* members_ = nullptr;
  energy::Operation operation_;
};

}  // namespace

void extract_dispatch(const Formulation& f, const std::vector<double>& value, const std::vector<double>& row_dual,
                      Plan& plan) {
  DispatchExtractor extractor(f, value, row_dual, plan);
  for (std::size_t d = 0; d < f.instance.dispatch.size(); ++d) extractor.quarter(d);
}

std::vector<std::vector<SiteEnergy>> sum_site_energy(const Instance& in, const std::vector<SiteStep>& rows) {
  std::vector<std::vector<SiteEnergy>> out(in.p.sites.size(), std::vector<SiteEnergy>(in.dispatch.size()));
  std::map<std::string, std::size_t> site_of;
  for (std::size_t s = 0; s < in.p.sites.size(); ++s) site_of[in.p.sites[s].id] = s;
  std::map<std::tuple<int, std::string, std::int64_t>, double> share;  // (season, day, hour)
  for (int s = 0; s < 4; ++s)
    for (const auto& step : in.steps[s]) share[{s, in.p.days[at(step.day)].id, step.hour}] = step.share;
  for (const auto& row : rows) {
    const int t = in.t_of(row.quarter);
    const double gwh = share.at({in.season[at(t)], row.day, row.hour}) * in.hours[at(t)] / thousand;
    auto& e = out[site_of.at(row.site)][at(in.dispatched_by[at(t)])];
    e.grid += row.grid_mw * gwh;
    e.onsite += row.onsite_mw * gwh;
    e.shed += row.shed_mw * gwh;
  }
  return out;
}

}  // namespace stargate::plan
