#include "capital/plan_input.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>

#include "capital/allocation.h"

namespace stargate::capital {

namespace {

struct Category {
  Layer layer;
  Use use;
};

/// What a credit lowers: a company's cost.
using Target = std::tuple<std::size_t, Layer, Use>;

/// Where each category of the plan's spending belongs. Operations are the operator's, who sells the compute.
const std::map<std::string, Category, std::less<>>& categories() {
  static const std::map<std::string, Category, std::less<>> map{{"opening", {Layer::building, Use::capital}},
                                                                {"construction", {Layer::building, Use::capital}},
                                                                {"grid_connection", {Layer::power, Use::capital}},
                                                                {"onsite_power", {Layer::power, Use::capital}},
                                                                {"racks", {Layer::gpus, Use::capital}},
                                                                {"sales_tax", {Layer::gpus, Use::capital}},
                                                                {"expansions", {Layer::gpus, Use::capital}},
                                                                {"cloud", {Layer::gpus, Use::other}},
                                                                {"interest", {Layer::building, Use::interest}},
                                                                {"operations", {Layer::gpus, Use::operations}},
                                                                {"property_tax", {Layer::building, Use::property_tax}},
                                                                {"onsite_fixed", {Layer::power, Use::other}},
                                                                {"zone_power", {Layer::power, Use::other}},
                                                                {"energy_grid", {Layer::power, Use::energy}},
                                                                {"energy_onsite", {Layer::power, Use::energy}},
                                                                {"shedding", {Layer::gpus, Use::other}}};
  return map;
}

/// Which payments an incentive lowers.
Category target_of(const Incentive& incentive) {
  if (incentive.kind == "sales_tax") return {Layer::gpus, Use::credit};
  if (incentive.kind == "property_tax") return {Layer::building, Use::property_tax};
  if (incentive.applies_to == "building") return {Layer::building, Use::credit};
  if (incentive.applies_to == "compute" || incentive.applies_to == "expansion") return {Layer::gpus, Use::credit};
  return {Layer::power, Use::credit};
}

class Builder {
 public:
  Builder(const Programme& programme, const Plan& plan, FinanceInput& input)
      : programme_(programme), plan_(plan), input_(input) {}

  void build() {
    input_.name = programme_.settings.name;
    input_.start = programme_.settings.start;
    input_.build_quarters = static_cast<std::size_t>(programme_.settings.build_quarters);
    input_.plan_quarters = static_cast<std::size_t>(programme_.quarters());
    input_.discount_rate = programme_.settings.discount_rate;
    input_.compute_price_usd_per_pflop_hour = programme_.settings.compute_price_usd_per_pflop_hour;
    input_.compute_price_decline = programme_.settings.compute_price_decline;
    sites();
    sources();
    spending();
    supports();
    for (const auto& partner : programme_.partners) {
      std::string roles;
      for (const auto& role : partner.roles) roles += (roles.empty() ? "" : ", ") + role;
      input_.suppliers.push_back(partner.name + ": " + roles);
    }
    diagnostics_.throw_if_errors();
  }

 private:
  std::size_t quarters() const { return input_.plan_quarters; }

  /// Place of a quarter in the horizon; reports one outside it.
  std::optional<std::size_t> at(Quarter quarter, const char* table, std::size_t line) {
    const int t = quarter - input_.start;
    if (t >= 0 && t < static_cast<int>(quarters())) return static_cast<std::size_t>(t);
    diagnostics_.error({std::string(table) + ".csv", line, 0},
                       std::format("{} lies outside the programme's horizon", to_string(quarter)),
                       std::format("{} to {}; was the plan made for another programme?", to_string(input_.start),
                                   to_string(input_.start + static_cast<int>(quarters()) - 1)));
    return std::nullopt;
  }

  void sites() {
    const auto add = [&](std::string id, std::string name, std::string state) {
      SiteCompany site{.id = std::move(id), .name = std::move(name), .state = std::move(state)};
      for (auto* line : {&site.ready_mw, &site.installed_mw, &site.power_mw, &site.load_gwh, &site.effective_pflops})
        line->assign(quarters(), 0.0);
      index_[site.id] = input_.sites.size();
      input_.sites.push_back(std::move(site));
    };
    for (const auto& opening : plan_.openings) {
      const auto known = std::ranges::find(programme_.sites, opening.site, &Site::id);
      if (!index_.contains(opening.site))
        add(opening.site, known == programme_.sites.end() ? opening.site : known->name, opening.state);
    }
    for (const auto& row : plan_.site_quarters)
      if (!index_.contains(row.site)) {
        const auto known = std::ranges::find(programme_.sites, row.site, &Site::id);
        add(row.site, known == programme_.sites.end() ? row.site : known->name,
            known == programme_.sites.end() ? "" : known->state);
      }
    add("shared", "shared: cloud, zone power", "");
    auto& shared = input_.sites.back();
    std::vector<double> sum(quarters());
    for (const auto& row : plan_.site_quarters)
      if (const auto t = at(row.quarter, "site_quarters", row.line)) {
        auto& site = input_.sites[index_[row.site]];
        site.ready_mw[*t] = row.ready_it_mw;
        site.installed_mw[*t] = row.installed_it_mw;
        site.power_mw[*t] = row.firm_mw + row.managed_mw + row.onsite_mw;
        site.load_gwh[*t] = row.load_gwh;
        site.effective_pflops[*t] = row.effective_pflops;
        sum[*t] += row.effective_pflops;
      }
    input_.chips.assign(quarters(), 0.0);
    for (const auto& row : plan_.quarters)
      if (const auto t = at(row.quarter, "quarters", row.line)) {
        input_.chips[*t] = row.chips;
        if (row.cloud_chips > 0) shared.effective_pflops[*t] = std::max(0.0, row.effective_pflops - sum[*t]);
      }
  }

  void sources() {
    for (const auto& investor : programme_.investors) {
      const int from = investor.available_from - input_.start;
      input_.sources.push_back({investor.id, investor.name, investor.kind, investor.role, investor.answers_for,
                                investor.layer, cents_of_usd_m(investor.commitment_usd_b * 1000),
                                static_cast<std::size_t>(std::max(0, from)), investor.rate_per_year,
                                Quarterly(quarters())});
    }
    std::vector<std::string> ids;
    for (const auto& s : input_.sources) ids.push_back(s.id);
    for (const auto& draw : plan_.draws) {
      const auto source = std::ranges::find(input_.sources, draw.investor, &FundingSource::id);
      if (source == input_.sources.end())
        diagnostics_.error({"draws.csv", draw.line, 0},
                           std::format("the programme has no investor '{}'", draw.investor),
                           name_hint(draw.investor, ids));
      else if (const auto t = at(draw.quarter, "draws", draw.line)) {
        source->draws[*t] += cents_of_usd_m(draw.usd_m);
        if (*t < source->available_from && draw.usd_m > 0)
          diagnostics_.error(
              {"draws.csv", draw.line, 0}, std::format("'{}' is drawn in {}", draw.investor, to_string(draw.quarter)),
              "it is available from " + to_string(input_.start + static_cast<int>(source->available_from)));
      }
    }
    for (const auto& source : input_.sources)
      if (sum(source.draws) > source.commitment + cents_of_usd_m(0.01))  // rounding of the rows aside
        diagnostics_.error({"draws.csv", 0, 0},
                           std::format("'{}' is drawn for {} million USD", source.id, usd_m(sum(source.draws))),
                           std::format("its commitment is {}", usd_m(source.commitment)));
  }

  /// A row without a place is shared out over the sites that cause it.
  void spending() {
    std::vector<std::string> ids;
    for (std::size_t s = 0; s < shared(); ++s) ids.push_back(input_.sites[s].id);
    const Allocation allocation(plan_, ids, input_.start, quarters());
    std::map<std::size_t, std::map<Target, double>> targets;  // by quarter, what its incentives lower
    for (const auto& use : plan_.incentives)
      if (const auto t = at(use.quarter, "incentives", use.line)) aim(use, *t, allocation, targets[*t]);
    std::vector<std::string> names{"incentives"};
    for (const auto& [name, c] : categories()) names.push_back(name);
    for (const auto& row : plan_.spending) {
      const auto t = at(row.quarter, "spending", row.line);
      if (!t) continue;
      const auto known = index_.find(row.place);
      const std::optional<std::size_t> place = known == index_.end() ? std::nullopt : std::optional(known->second);
      const Cents amount = cents_of_usd_m(row.usd_m);
      if (row.category == "incentives") {
        credit(*t, place, amount, row.funded, targets[*t]);
      } else if (const auto found = categories().find(row.category); found != categories().end()) {
        const auto [layer, use] = found->second;
        const auto parts = place               ? only(*place, amount)
                           : row.place.empty() ? over_sites(amount, allocation.weights(row.category, *t))
                                               : only(shared(), amount);
        for (std::size_t s = 0; s < parts.size(); ++s)
          if (parts[s] != 0) input_.payments.push_back({*t, s, layer, use, row.funded, parts[s], row.category});
      } else {
        diagnostics_.error({"spending.csv", row.line, 0}, std::format("'{}' is no category of spending", row.category),
                           name_hint(row.category, names));
      }
    }
  }

  std::size_t shared() const { return input_.sites.size() - 1; }

  Quarterly only(std::size_t site, Cents amount) const {
    Quarterly parts(input_.sites.size());
    parts[site] = amount;
    return parts;
  }

  /// In proportion to the sites' weights; to the shared company where no site has any.
  Quarterly over_sites(Cents amount, std::vector<double> weights) const {
    const bool none = std::ranges::all_of(weights, [](double w) { return w == 0; });
    weights.push_back(none ? 1 : 0);
    return split(amount, weights);
  }

  /// Adds what a use of an incentive lowers: sites in its jurisdiction, by what causes the cost that it lowers.
  void aim(const IncentiveUse& use, std::size_t t, const Allocation& allocation, std::map<Target, double>& targets) {
    const double amount = std::abs(use.usd_m);
    const auto known = std::ranges::find(programme_.incentives, use.incentive, &Incentive::id);
    if (known == programme_.incentives.end()) {
      targets[{shared(), Layer::gpus, Use::credit}] += amount;
      return;
    }
    const bool expansion = std::ranges::contains(programme_.expansions, known->applies_to, &Expansion::id);
    const auto [layer, lowers] = expansion ? Category{Layer::gpus, Use::credit} : target_of(*known);
    auto weights = allocation.weights(expansion                     ? "expansions"
                                      : lowers == Use::property_tax ? "property_tax"
                                      : layer == Layer::gpus        ? "racks"
                                      : layer == Layer::building    ? "construction"
                                                                    : "onsite_power",
                                      t);
    if (known->jurisdiction != "US")
      for (std::size_t s = 0; s < weights.size(); ++s)
        if (input_.sites[s].state != known->jurisdiction) weights[s] = 0;
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (all <= 0) targets[{shared(), layer, lowers}] += amount;
    for (std::size_t s = 0; s < weights.size(); ++s)
      if (weights[s] > 0) targets[{s, layer, lowers}] += amount * weights[s] / all;
  }

  /// A credit, shared out by what the quarter's incentives lower; one that lowers property tax is not capital.
  void credit(std::size_t t, std::optional<std::size_t> place, Cents amount, bool funded,
              const std::map<Target, double>& targets) {
    if (targets.empty()) {
      input_.payments.push_back({t, place.value_or(shared()), Layer::gpus, Use::credit, funded, amount, "incentives"});
      return;
    }
    std::vector<double> weights;
    for (const auto& [target, weight] : targets) weights.push_back(weight);
    const auto parts = split(amount, weights);
    std::size_t i = 0;
    for (const auto& [target, weight] : targets) {
      const auto& [site, layer, use] = target;
      if (parts[i] != 0)
        input_.payments.push_back({t, place.value_or(site), layer, use, funded, parts[i], "incentives"});
      ++i;
    }
  }

  void supports() {
    std::map<std::string, double> counted;
    for (const auto& use : plan_.incentives) counted[use.incentive] += use.usd_m;
    for (const auto& incentive : programme_.incentives)
      if (counted.contains(incentive.id))
        input_.supports.push_back({incentive.id, incentive.name, incentive.jurisdiction, incentive.kind,
                                   to_string(incentive.starts) + " to " + to_string(incentive.ends),
                                   incentive.claw_back, incentive.probability, incentive.cap_usd_m,
                                   std::abs(counted[incentive.id])});
  }

  const Programme& programme_;
  const Plan& plan_;
  FinanceInput& input_;
  Diagnostics diagnostics_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace

FinanceInput finance_input(const Programme& programme, const Plan& plan, Terms terms) {
  FinanceInput input;
  input.terms = std::move(terms);
  Builder(programme, plan, input).build();
  return input;
}

}  // namespace stargate::capital
