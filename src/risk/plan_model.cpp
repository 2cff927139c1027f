// A plan made ready for its futures: indices for names, days and quarters for dates.
#include "risk/plan_model.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "capital/loans.h"
#include "capital/measures.h"
#include "capital/offtake.h"
#include "capital/plan_input.h"
#include "plan/instance.h"

namespace stargate::risk {

namespace {

constexpr double thousand = 1000;
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

template <class Record>
std::size_t find_id(const std::vector<Record>& rows, const std::string& id, const char* what) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].id == id) return i;
  throw InputError({}, std::format("the plan names {} '{}', which the programme has not", what, id), "is it the plan of another programme?");
}

}  // namespace

PlanModel::~PlanModel() = default;

PlanModel::PlanModel(const Programme& programme, const Plan& plan, const std::vector<Uncertainty>& uncertainty)
    : p_(programme), plan_(plan), uncertain_(programme, uncertainty) {
  quarters_ = static_cast<std::size_t>(p_.quarters());
  months_ = 3 * quarters_;
  for (std::size_t t = 0; t <= quarters_; ++t) {
    const Quarter q = p_.settings.start + static_cast<int>(t);
    quarter_day_.push_back(static_cast<int>((q.first_day() - p_.settings.start.first_day()).count()));
    if (t < quarters_) hours_.push_back(q.hours());
  }
  finance_input_ = capital::finance_input(p_, plan_, {});
  const auto finance = capital::run_finance(finance_input_);
  sites_ = finance_input_.sites.size() - 1;  // the last is what they share
  compile_sites();
  compile_schedule();
  compile_racks();
  compile_money(finance);
  compile_uncertainty();
  compile_layout();
  run_base();
}

void PlanModel::compile_sites() {
  for (std::size_t s = 0; s < sites_; ++s) {
    const auto& id = finance_input_.sites[s].id;
    programme_site_.push_back(find_id(p_.sites, id, "the site"));
    layout_.sites.push_back(id);
    const Site& row = p_.sites[programme_site_.back()];
    const double pue[4] = {row.pue_winter, row.pue_spring, row.pue_summer, row.pue_autumn};
    pue_.push_back(*std::max_element(pue, pue + 4));
    for (int q = 0; q < 4; ++q) season_pue_[q].push_back(pue[q]);
  }
  const auto site_of = [&](const std::string& id) {
    const auto at = std::ranges::find(layout_.sites, id);
    if (at == layout_.sites.end()) throw InputError({}, std::format("the plan has power at '{}', where it has no site", id));
    return static_cast<std::size_t>(at - layout_.sites.begin());
  };
  const auto day = [&](Quarter q) { return static_cast<int>((q.first_day() - p_.settings.start.first_day()).count()); };
  for (const auto& g : plan_.grid)
    if (g.mw > 0)
      grid_.push_back({site_of(g.site), day(g.requested), day(g.energised), g.mw, g.capex_usd_m, g.requested - p_.settings.start, g.energised - p_.settings.start});
  for (const auto& o : plan_.onsite_power)
    if (o.mw > 0)
      power_.push_back({site_of(o.place), find_id(p_.power, o.technology, "the technology"), day(o.ordered), day(o.service), o.mw, o.capex_usd_m,
                        o.ordered - p_.settings.start, o.service - p_.settings.start});
  // Next-best sites: the plan's own list first, then what the programme has besides.
  std::vector<std::string> next;
  auto alternatives = plan_.alternatives;
  std::ranges::stable_sort(alternatives, {}, &Alternative::regret);
  for (const auto& a : alternatives)
    if (a.change == "with") next.push_back(a.site);
  for (const auto& s : p_.sites)
    if (s.choice == "free" && !std::ranges::contains(next, s.id)) next.push_back(s.id);
  const plan::Instance instance(p_);
  for (const auto& id : next) {
    if (std::ranges::contains(layout_.sites, id)) continue;
    const auto at = find_id(p_.sites, id, "the site");
    const Site& row = p_.sites[at];
    double mw = 0;
    int energised = 1000;
    for (const auto& i : p_.interconnection)
      if (i.site == id) {
        mw += i.mw;
        energised = std::min(energised, static_cast<int>(i.lead_quarters));
      }
    const int building = plan::critical_days(p_, row.construction_template, "site") + plan::critical_days(p_, row.construction_template, "block");
    const double pue = std::max({row.pue_winter, row.pue_spring, row.pue_summer, row.pue_autumn});
    const double most = std::min(mw / pue, row.block_mw * static_cast<double>(row.most_blocks));
    if (!(most > 0)) continue;
    replacement_.push_back({at, most, day(row.earliest_start), std::max(building, energised * 91), row.construction_usd_per_kw, pue, row.sales_tax,
                            instance.sites[at].rack_eflops});
  }
}

void PlanModel::compile_schedule() {
  const auto schedule = construction::plan_schedule(p_, plan_);
  const auto& activities = schedule.network.activities;
  order_ = construction::precedence_order(activities);
  for (std::size_t i = 0; i < activities.size(); ++i) {
    const auto& a = activities[i];
    links_.emplace_back();
    const auto begin = construction::midnight_of(p_.settings.start.first_day());
    const auto days = [](construction::Minutes m) { return static_cast<int>(m / construction::minutes_a_day); };
    for (const auto& l : a.predecessors) links_.back().push_back({l.predecessor, l.type, days(l.lag)});
    int earliest = 0;
    for (const auto& c : a.constraints)
      if (c.kind == construction::ConstraintKind::start_on_or_after) earliest = std::max(earliest, days(c.at - begin));
    construction::Minutes length = a.duration;
    if (a.actual_start) {  // what is done stands; what is begun goes on from where it is
      earliest = std::max(earliest, days(*a.actual_start - begin));
      if (a.actual_finish) length = *a.actual_finish - *a.actual_start;
    }
    not_before_.push_back(earliest);
    duration_.push_back(days(length));
  }
  // Activities of a building or a site are named PREFIX.ACTIVITY.
  std::map<std::string, const stargate::Activity*> rows;
  for (const auto& a : p_.activities) rows[a.construction_template + "." + a.id] = &a;
  for (const auto& a : activities) {
    const auto dot = a.id.rfind('.');
    const auto at = std::ranges::find(p_.sites, a.id.substr(0, a.id.find('.')), &Site::id);
    const auto row = dot == std::string::npos || at == p_.sites.end() ? rows.end() : rows.find(at->construction_template + "." + a.id.substr(dot + 1));
    work_.push_back(row == rows.end() || a.done() ? nullptr : row->second);
  }
  for (const auto& b : schedule.blocks) {
    const auto site = std::ranges::find(layout_.sites, b.site);
    if (site == layout_.sites.end()) throw InputError({}, std::format("the plan builds at '{}', which it does not open", b.site));
    const auto day = [&](Date d) { return static_cast<int>((d - p_.settings.start.first_day()).count()); };
    building_.push_back({static_cast<std::size_t>(site - layout_.sites.begin()), b.ready, b.it_mw, day(b.start), day(b.planned_ready.first_day()),
                         b.reported_ready ? day(*b.reported_ready) : Draws::never, b.committed, b.budget_usd / 1e6});
    layout_.buildings.push_back({b.id, b.site, building_.back().planned_ready});
  }
}

void PlanModel::compile_racks() {
  const plan::Instance instance(p_);
  systems_ = p_.accelerators.size();
  for (const auto& a : p_.accelerators) {
    rack_mw_.push_back(a.rack_kw / thousand);
    rack_h100_.push_back(a.h100_equivalent * static_cast<double>(a.chips_per_rack));
    rack_life_.push_back(static_cast<double>(a.life_quarters));
  }
  for (std::size_t s = 0; s < sites_; ++s) rack_eflops_.push_back(instance.sites[programme_site_[s]].rack_eflops);
  direct_.assign(systems_, std::vector<double>(quarters_));
  for (std::size_t g = 0; g < systems_; ++g)
    for (std::size_t t = 0; t < quarters_; ++t) direct_[g][t] = thousand * instance.direct_supply(static_cast<int>(g), static_cast<int>(t));
  std::vector<std::vector<double>> planned(systems_, std::vector<double>(quarters_));
  for (const auto& r : plan_.racks) {
    const int t = r.installed - p_.settings.start;
    const auto site = std::ranges::find(layout_.sites, r.site);
    if (t < 0 || t >= static_cast<int>(quarters_) || site == layout_.sites.end()) throw InputError({}, std::format("racks at '{}' in {} do not fit the programme", r.site, to_string(r.installed)));
    const auto g = find_id(p_.accelerators, r.accelerator, "the system");
    rack_.push_back({static_cast<std::size_t>(site - layout_.sites.begin()), g, r.ordered - p_.settings.start, t, r.racks, r.price_usd_m});
    planned[g][static_cast<std::size_t>(t)] += r.racks;
  }
  const std::size_t stages = p_.stages.size();
  per_rack_.assign(systems_, std::vector<double>(stages));
  for (const auto& b : p_.bill_of_materials)
    per_rack_[find_id(p_.accelerators, b.accelerator, "the system")][find_id(p_.stages, b.stage, "the stage")] += b.units_per_rack;
  stage_supply_.assign(stages, std::vector<double>(quarters_));
  stage_used_ = stage_supply_;
  for (std::size_t e = 0; e < stages; ++e)
    for (std::size_t t = 0; t < quarters_; ++t) {
      stage_supply_[e][t] = thousand * instance.stage_supply(static_cast<int>(e), static_cast<int>(t));
      for (const auto& x : plan_.expansions) {
        const auto at = find_id(p_.expansions, x.expansion, "the expansion");
        if (p_.expansions[at].stage == p_.stages[e].id && x.ordered - p_.settings.start <= static_cast<int>(t))
          stage_supply_[e][t] += thousand * x.count * instance.expansion_yield(static_cast<int>(at), x.ordered - p_.settings.start, static_cast<int>(t));
      }
      for (std::size_t g = 0; g < systems_; ++g) stage_used_[e][t] += planned[g][t] * per_rack_[g][e];
    }
  // IT that the plan has by month, and by how much its power is short of the peak (what the plan's own rules allow).
  planned_it_.assign(sites_, std::vector<double>(months_));
  for (const auto& r : rack_)
    for (std::size_t t = static_cast<std::size_t>(r.installed); t < std::min<std::size_t>(quarters_, static_cast<std::size_t>(r.installed) + static_cast<std::size_t>(rack_life_[r.system])); ++t)
      for (std::size_t m = 3 * t; m < 3 * t + 3; ++m) planned_it_[r.site][m] += r.racks * rack_mw_[r.system];
  power_need_.assign(sites_, std::vector<double>(months_, 1));
  for (std::size_t s = 0; s < sites_; ++s)
    for (std::size_t m = 0; m < months_; ++m) {
      const int day = quarter_day_[m / 3];
      double mw = 0;
      for (const auto& g : grid_)
        if (g.site == s && g.energised <= day) mw += g.mw;
      for (const auto& o : power_)
        if (o.site == s && o.service <= day) mw += o.mw;
      if (mw > 0) power_need_[s][m] = std::max(1.0, planned_it_[s][m] * pue_[s] / mw);
    }
}

void PlanModel::compile_money(const capital::FinanceResult& finance) {
  static constexpr std::array<const char*, category_count> names{"opening", "construction", "grid_connection", "onsite_power", "racks", "sales_tax",
      "expansions", "cloud", "interest", "operations", "property_tax", "onsite_fixed", "zone_power", "energy_grid", "energy_onsite", "shedding", "incentives"};
  for (std::size_t c = 0; c < category_count; ++c) {
    spending_[c].assign(quarters_, 0);
    for (std::size_t t = 0; t < quarters_; ++t) funded_[c].push_back(t < static_cast<std::size_t>(p_.settings.build_quarters));
  }
  for (const auto& row : plan_.spending) {
    const int t = row.quarter - p_.settings.start;
    if (t < 0 || t >= static_cast<int>(quarters_)) throw InputError({}, std::format("the plan spends in {}, outside the programme", to_string(row.quarter)));
    const auto at = std::ranges::find(names, row.category);
    if (at == names.end()) throw InputError({}, std::format("'{}' is no category of spending", row.category), name_hint(row.category, {names.begin(), names.end()}));
    const auto c = static_cast<std::size_t>(at - names.begin());
    spending_[c][static_cast<std::size_t>(t)] += row.usd_m;
    funded_[c][static_cast<std::size_t>(t)] = row.funded;
  }
  available_.assign(quarters_, 0);
  for (const auto& tranche : p_.tranches)
    for (int t = std::max(0, tranche.from - p_.settings.start); t < static_cast<int>(quarters_); ++t) available_[static_cast<std::size_t>(t)] += tranche.usd_b * thousand;
  rack_money_.assign(quarters_, 0);
  for (const auto& r : rack_) {
    rack_money_[static_cast<std::size_t>(std::max(r.ordered, 0))] += p_.settings.rack_deposit * r.price_usd_m;
    rack_money_[static_cast<std::size_t>(r.installed)] += (1 - p_.settings.rack_deposit) * r.price_usd_m;
  }
  double eligible = 0, support = 0;
  for (std::size_t t = 0; t < quarters_; ++t) {
    for (const auto c : {Category::opening, Category::construction, Category::grid_connection, Category::onsite_power, Category::expansions}) eligible += spending(c)[t];
    eligible_sum_.push_back(eligible += rack_money_[t]);
    support_sum_.push_back(support += spending(Category::incentives)[t]);
    double running = 0;
    for (std::size_t c = static_cast<std::size_t>(Category::cloud); c <= static_cast<std::size_t>(Category::shedding); ++c)
      if (funded_[c][t]) running += spending_[c][t];
    base_funded_running_.push_back(running);
  }
  cloud_pflops_.assign(quarters_, 0);
  co2_rate_.assign(quarters_, 0);
  std::vector<double> own(quarters_), load(quarters_);
  const auto place = [&](Quarter q) {
    const int t = q - p_.settings.start;
    return t >= 0 && t < static_cast<int>(quarters_) ? static_cast<std::size_t>(t) : nowhere;
  };
  for (const auto& row : plan_.site_quarters)
    if (const auto t = place(row.quarter); t != nowhere) own[t] += row.effective_pflops, load[t] += row.load_gwh;
  for (const auto& row : plan_.quarters)
    if (const auto t = place(row.quarter); t != nowhere) {
      cloud_pflops_[t] = row.effective_pflops - own[t];  // rented chips, less what shed load costs
      co2_rate_[t] = load[t] > 0 ? row.co2_kt / load[t] : 0;
    }
  compile_companies(finance);
}

namespace {
double usd_m_of(capital::Cents cents) { return static_cast<double>(cents) / 1e8; }
}  // namespace

void PlanModel::compile_companies(const capital::FinanceResult& finance) {
  using enum capital::Item;
  const auto running = [](const capital::Statement& b, std::size_t t) { return usd_m_of(b.at(operations, t) + b.at(energy, t) + b.at(property_tax, t) + b.at(other_costs, t)); };
  for (const auto cents : capital::project_cash(finance.programme)) project_cash_.push_back(usd_m_of(cents));
  for (std::size_t t = 0; t < finance.quarters; ++t) {
    sales_.push_back(usd_m_of(finance.programme.at(compute_sales, t)));
    costs_.push_back(running(finance.programme, t));
  }
  const capital::Offtake offtake(finance_input_);
  contract_price_.assign(sites_ + 1, std::vector<double>(quarters_));
  for (std::size_t s = 0; s <= sites_; ++s)
    for (std::size_t t = 0; t < quarters_; ++t) contract_price_[s][t] = offtake.average(finance_input_.sites[s], t);
  for (const auto& company : finance.companies) {
    if (!company.layer || company.loans.empty()) continue;
    Company c{company.site, 0, 0, {}, {}, {}, {}, {}};
    for (const auto& loan : company.loans) {
      c.lock_up_cover = std::max(c.lock_up_cover, loan.terms.lock_up_dscr);
      c.default_cover = std::max(c.default_cover, loan.terms.default_dscr);
    }
    for (std::size_t t = 0; t < finance.quarters; ++t) {
      capital::Cents interest = 0;
      for (const auto& loan : company.loans) interest += loan.interest[t];
      c.cash.push_back(usd_m_of(company.cash_for_service[t]));
      c.service.push_back(usd_m_of(company.service[t]));
      c.interest.push_back(usd_m_of(interest));
      const double sold = usd_m_of(company.books.at(compute_sales, t));
      c.sales.push_back(sold);
      c.costs.push_back(sales_[t] > 0 ? costs_[t] * sold / sales_[t] : 0);
    }
    company_.push_back(std::move(c));
  }
}

/// Support that the plan has got by the time it has spent so much on what is supported.
double PlanModel::support_at(double eligible) const {
  double x = 0, y = 0;
  for (std::size_t t = 0; t < quarters_; ++t) {
    if (eligible <= eligible_sum_[t]) return eligible_sum_[t] > x ? y + (support_sum_[t] - y) * (eligible - x) / (eligible_sum_[t] - x) : support_sum_[t];
    x = eligible_sum_[t];
    y = support_sum_[t];
  }
  return y;
}

void PlanModel::compile_uncertainty() {
  auto& u = uncertain_;
  // What weighs most has the first coordinates of the sampler; activities, many and small, the last.
  const auto& settings = p_.settings;
  goodput_ = u.factor_on("training_efficiency", "*", "goodput", 1);
  cloud_ = u.factor_on("cloud_contracts", "*", "committed_usd_per_chip_hour", 1);
  gas_ = u.factor_on("fuel_prices", "natural_gas", "usd_per_mmbtu", 1);
  load_ = u.factor_on("zones", "*", "load_growth_per_year", 1);
  price_ = u.factor_on("programme", "*", "compute_price_usd_per_pflop_hour", settings.compute_price_usd_per_pflop_hour);
  decline_ = u.value_of("programme", "*", "compute_price_decline_per_year", settings.compute_price_decline);
  running_ = u.factor_on("programme", "*", "operating_usd_per_it_kw_year", settings.operating_usd_per_it_kw_year);
  sold_ = u.factor_on("finance", "*", "sold_share", finance_input_.terms.finance.sold_share);
  interest_ = u.factor_on("investors", "*", "rate_per_year", 1);
  support_ = u.factor_on("incentives", "*", "rate", 1);
  const auto state = [&](std::size_t s) { return std::vector<std::string>{"state:" + p_.sites[programme_site_[s]].state}; };
  for (const auto& b : building_)
    slip_.push_back(b.committed && b.reported != Draws::never ? u.days_on("commitments", layout_.sites[b.site], "reported_ready", state(b.site)) : u.days_on("-", "-", "-"));
  for (std::size_t s = 0; s < sites_; ++s) {
    const Site& row = p_.sites[programme_site_[s]];
    site_cost_.push_back(u.factor_on("sites", row.id, "construction_usd_per_kw", row.construction_usd_per_kw, state(s), row.construction_usd_per_kw_low,
                                     row.construction_usd_per_kw_high));
    grid_cost_.push_back(u.factor_on("interconnection", row.id, "cost_usd_per_kw", 1, state(s)));
    permit_.push_back(u.events_on("sites", row.id, "earliest_start", state(s)));
    loss_.push_back(u.events_on("sites", row.id, "choice", state(s)));
  }
  std::size_t g = 0;
  for (const auto& row : plan_.grid)
    if (row.mw > 0) {
      auto groups = state(grid_[g++].site);
      groups.insert(groups.begin(), row.kind + ":");
      grid_days_.push_back(u.days_on("interconnection", row.site, "lead_quarters", groups));
    }
  for (const auto& o : power_) {
    const auto& tech = p_.power[o.technology];
    power_days_.push_back(u.days_on("power_technologies", tech.id, "lead_quarters"));
    power_cost_.push_back(u.factor_on("power_technologies", tech.id, "capex_usd_per_kw", tech.capex_usd_per_kw, {}, tech.capex_usd_per_kw_low, tech.capex_usd_per_kw_high));
  }
  for (const auto& a : p_.accelerators) {
    rack_price_.push_back(u.factor_on("accelerators", a.id, "rack_usd_m", a.rack_usd_m, {}, a.rack_usd_m_low, a.rack_usd_m_high));
    rack_days_.push_back(u.days_on("accelerators", a.id, "available_from"));
    rack_supply_.push_back(u.factor_on("accelerator_supply", a.id, "world_racks", 1));
  }
  for (const auto* work : work_) {  // milestones and power orders keep their dates
    Quantity fixed;
    fixed.distribution = stochastic::Distribution::fixed(0);
    activity_.push_back(work ? u.activity(*work) : fixed);
  }
  for (const auto& e : p_.stages) stage_yield_.push_back(u.factor_on("stage_capacity", e.id, "world_units", 1));
  std::vector<Quantity*> quantities{&goodput_, &cloud_, &gas_, &load_, &price_, &decline_, &running_, &sold_, &interest_, &support_};
  for (auto* list : {&activity_, &slip_, &site_cost_, &grid_cost_, &grid_days_, &power_days_, &power_cost_, &rack_price_, &rack_days_, &rack_supply_, &stage_yield_})
    for (auto& q : *list) quantities.push_back(&q);
  std::vector<Event*> events;
  for (auto* list : {&permit_, &loss_})
    for (auto& of_site : *list)
      for (auto& e : of_site) events.push_back(&e);
  u.close(std::move(quantities), std::move(events));
}

void PlanModel::compile_layout() {
  layout_.start = p_.settings.start;
  layout_.quarters = quarters_;
  for (const auto& t : p_.targets) layout_.targets.push_back({t.quantity, t.by, t.at_least});
  for (const auto& f : uncertain_.streams().factors) layout_.causes.push_back(f.name);
}

Values PlanModel::planned() const {
  Values v;
  v.activity_days = duration_;
  v.building_slip.assign(building_.size(), 0);
  v.site.resize(sites_);
  v.grid_days.assign(grid_.size(), 0);
  v.power_days.assign(power_.size(), 0);
  v.power_cost.assign(power_.size(), 1);
  v.rack_price.assign(systems_, 1);
  v.rack_days.assign(systems_, 0);
  v.rack_supply.assign(systems_, 1);
  v.stage_yield.assign(p_.stages.size(), 1);
  v.decline = p_.settings.compute_price_decline;
  return v;
}

Values PlanModel::drawn(const Draws& draws) const {
  Values v;
  v.as_reported = true;
  v.activity_days.resize(activity_.size());
  for (std::size_t i = 0; i < activity_.size(); ++i)
    v.activity_days[i] = activity_[i].distribution.is_fixed() ? duration_[i] : std::max(0, static_cast<int>(std::lround(draws.of(activity_[i]))));
  const auto all = [&](const std::vector<Quantity>& list) {
    std::vector<double> out;
    out.reserve(list.size());
    for (const auto& q : list) out.push_back(draws.of(q));
    return out;
  };
  v.building_slip = all(slip_);
  for (std::size_t s = 0; s < sites_; ++s) {
    Values::Site site;
    site.construction = draws.of(site_cost_[s]);
    site.grid_cost = draws.of(grid_cost_[s]);
    double nothing = 0;
    for (const auto& e : permit_[s]) site.permit_day = draws.day_of(e, site.permit_days);
    for (const auto& e : loss_[s]) site.lost_day = draws.day_of(e, nothing);
    v.site.push_back(site);
  }
  v.grid_days = all(grid_days_);
  v.power_days = all(power_days_);
  v.power_cost = all(power_cost_);
  v.rack_price = all(rack_price_);
  v.rack_days = all(rack_days_);
  v.rack_supply = all(rack_supply_);
  v.stage_yield = all(stage_yield_);
  v.goodput = draws.of(goodput_);
  v.cloud = draws.of(cloud_);
  v.gas = draws.of(gas_);
  v.load = draws.of(load_);
  v.price = draws.of(price_);
  v.decline = std::clamp(draws.of(decline_), 0.0, 0.99);
  v.running = draws.of(running_);
  v.sold = draws.of(sold_);
  v.interest = draws.of(interest_);
  v.support = draws.of(support_);
  return v;
}

}  // namespace stargate::risk
