// One future of a plan: dates, what stands where, what it makes, what it costs.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "risk/plan_model.h"

namespace stargate::risk {

namespace {

constexpr double days_a_month = 30.4375;
constexpr double tax_rate_on_difference = 0.23;  ///< as capital/terms.h: income tax on what a future earns beyond the plan
/// What power costs more if gas does, and if the load of everyone else grows: shares of the margin (estimates; the plan's
/// dispatch tells them exactly).
constexpr double gas_in_power = 0.5, load_in_power = 1.0;


/// Shares of equal payments from quarter `from` on that was to last `planned` quarters and lasts `late` longer.
template <class Pay>
void spread(double from, double planned, double late, Pay&& pay) {
  const double length = std::max(planned + late, 1e-9);
  for (int q = static_cast<int>(std::floor(from)); q < from + length; ++q) {
    const double part = std::min(q + 1.0, from + length) - std::max<double>(q, from);
    if (part > 1e-12) pay(q, part / length);
  }
}

}  // namespace

class FutureRun {
 public:
  FutureRun(const PlanModel& model, const Values& values, const Draws* draws) : m_(model), v_(values), draws_(draws), out_(model.layout_.size()) {}

  std::vector<double> run() && {
    dates();
    halls();
    power();
    racks();
    money();
    returns();
    write();
    return std::move(out_);
  }

 private:
  using Matrix = std::vector<std::vector<double>>;

  // ---- dates ---------------------------------------------------------------------------------------------------------

  /// Forward pass (docs/construction.md) with this future's durations, then permits and losses.
  void dates() {
    const std::size_t n = m_.order_.size();
    std::vector<int> start(n), finish(n);
    for (const std::size_t i : m_.order_) {
      int at = m_.not_before_[i];
      const int days = v_.activity_days[i];
      for (const auto& l : m_.links_[i]) {
        const int from = (l.type == construction::LinkType::start_start || l.type == construction::LinkType::start_finish ? start : finish)[l.before] + l.lag;
        const bool holds_finish = l.type == construction::LinkType::finish_finish || l.type == construction::LinkType::start_finish;
        at = std::max(at, holds_finish ? from - days : from);
      }
      start[i] = at;
      finish[i] = at + days;
    }
    ready_.resize(m_.building_.size());
    usable_.resize(ready_.size());
    for (std::size_t b = 0; b < ready_.size(); ++b) {
      const auto& building = m_.building_[b];
      const auto& site = v_.site[building.site];
      double day = building.reported != Draws::never ? building.reported + v_.building_slip[b] : finish[building.ready];
      if (site.permit_day != Draws::never && site.permit_day < day) day += std::max(0.0, site.permit_days);
      if (site.lost_day != Draws::never && site.lost_day < day) day = far_day;
      ready_[b] = day;
      usable_[b] = std::max<double>(day, building.planned_ready);
    }
  }

  // ---- what stands ---------------------------------------------------------------------------------------------------

  double month_day(std::size_t month) const {  ///< first day of a month: thirds of its quarter
    const std::size_t t = month / 3;
    return m_.quarter_day_[t] + (m_.quarter_day_[t + 1] - m_.quarter_day_[t]) * static_cast<double>(month % 3) / 3;
  }
  /// MW that come on a day, as averages of months.
  void add_from(std::vector<double>& line, double day, double mw) const {
    if (day >= m_.quarter_day_.back()) return;
    const double at = day <= 0 ? 0 : position(day);
    const auto first = static_cast<std::size_t>(at);
    line[first] += mw * (1 - (at - static_cast<double>(first)));
    for (std::size_t k = first + 1; k < m_.months_; ++k) line[k] += mw;
  }
  /// Months, with parts, from the first day.
  double position(double day) const {
    const auto t = static_cast<std::size_t>(std::ranges::upper_bound(m_.quarter_day_, day) - m_.quarter_day_.begin()) - 1;
    return 3 * (static_cast<double>(t) + (day - m_.quarter_day_[t]) / (m_.quarter_day_[t + 1] - m_.quarter_day_[t]));
  }
  double quarter_position(double day) const { return day >= m_.quarter_day_.back() ? static_cast<double>(m_.quarters_) + (day - m_.quarter_day_.back()) / 91.3125
                                                     : day < 0 ? day / 91.3125 : position(day) / 3; }

  void halls() {
    hall_.assign(m_.sites_ + m_.replacement_.size(), std::vector<double>(m_.months_));
    for (std::size_t b = 0; b < ready_.size(); ++b) add_from(hall_[m_.building_[b].site], usable_[b], m_.building_[b].mw);
    // Lost buildings are begun anew at the next-best sites, as long as these have room and time.
    std::vector<double> room;
    for (const auto& r : m_.replacement_) room.push_back(r.most_mw);
    for (std::size_t b = 0; b < ready_.size(); ++b) {
      if (ready_[b] < far_day) continue;
      const auto& building = m_.building_[b];
      const int lost = v_.site[building.site].lost_day;
      double mw = building.mw;
      for (std::size_t r = 0; r < room.size() && mw > 1e-9; ++r) {
        const auto& next = m_.replacement_[r];
        const double begins = std::max({lost, next.earliest, building.start}), ready = begins + next.wait * pace();
        if (room[r] < 1e-9 || ready >= m_.quarter_day_.back()) continue;
        const double moved = std::min(mw, room[r]);
        room[r] -= moved;
        mw -= moved;
        add_from(hall_[m_.sites_ + r], ready, moved);
        rebuilt_.push_back({r, moved, begins, ready, moved * next.usd_per_kw / 1000 * v_.site[building.site].construction});
      }
    }
  }
  /// How long building takes in this future over the plan: mean over the activities.
  double pace() const {
    double drawn = 0, planned = 0;
    for (std::size_t i = 0; i < v_.activity_days.size(); ++i)
      if (m_.work_[i]) drawn += v_.activity_days[i], planned += m_.duration_[i];
    return planned > 0 ? drawn / planned : 1;
  }

  void power() {
    power_.assign(hall_.size(), std::vector<double>(m_.months_));
    onsite_.assign(m_.sites_, std::vector<double>(m_.months_));
    for (std::size_t i = 0; i < m_.grid_.size(); ++i) {
      const auto& g = m_.grid_[i];
      add_from(power_[g.site], std::max<double>(g.requested, g.energised + v_.grid_days[i]), g.mw);
    }
    for (std::size_t i = 0; i < m_.power_.size(); ++i) {
      const auto& o = m_.power_[i];
      const double day = std::max<double>(o.ordered, o.service + v_.power_days[i]);
      add_from(power_[o.site], day, o.mw);
      add_from(onsite_[o.site], day, o.mw);
    }
    for (std::size_t r = 0; r < m_.replacement_.size(); ++r)  // a connection comes with the buildings
      for (std::size_t k = 0; k < m_.months_; ++k) power_[m_.sites_ + r][k] = hall_[m_.sites_ + r][k] * m_.replacement_[r].pue;
  }

  // ---- racks: who ships, who has room, who pays -----------------------------------------------------------------------

  double site_pue(std::size_t s) const { return s < m_.sites_ ? m_.pue_[s] : m_.replacement_[s - m_.sites_].pue; }
  double eflops(std::size_t s, std::size_t g) const { return s < m_.sites_ ? m_.rack_eflops_[s][g] : m_.replacement_[s - m_.sites_].rack_eflops[g]; }

  /// Racks of a system that suppliers can ship in a quarter, by what the plan takes of each supply.
  double shippable(std::size_t g, std::size_t t, double planned) const {
    double most = m_.direct_[g][t] * v_.rack_supply[g];
    for (std::size_t e = 0; e < m_.per_rack_[g].size(); ++e) {
      const double per = m_.per_rack_[g][e];
      if (per <= 0) continue;
      const double supply = m_.stage_supply_[e][t] * v_.stage_yield[e], used = m_.stage_used_[e][t];
      most = std::min(most, planned > 0 ? planned * supply / used : std::max(0.0, supply - used) / per);
    }
    return std::max(0.0, most);
  }

  void racks() {
    const std::size_t S = hall_.size(), G = m_.systems_;
    capital_.assign(m_.quarters_, 0);
    fixed_capital();
    due_.assign(G, std::vector<double>(m_.sites_));
    waiting_.assign(G, std::vector<double>(S));
    placed_.assign(G * S, std::vector<double>(m_.months_));
    live_.assign(G * S, 0);
    it_.assign(S, std::vector<double>(m_.months_));
    pflops_ = it_;
    h100_.assign(m_.months_, 0);
    rack_money_.assign(m_.quarters_, 0);
    tax_money_.assign(m_.quarters_, 0);
    backlog_.assign(G, 0);
    price_due_.assign(G, 0);
    arriving_.assign(G, std::vector<double>(m_.months_ + 1));
    double spent = 0;
    for (std::size_t t = 0; t < m_.quarters_; ++t) {
      order(t);
      const double before = spent + base_running(t) + capital_[t] + rack_money_[t];
      ship(t, m_.available_[t] - before);
      for (std::size_t month = 3 * t; month < 3 * t + 3; ++month) place(month);
      spent += funded_spending(t);
    }
  }

  /// Orders fall due: what sites are to get, and the deposits that were paid.
  void order(std::size_t t) {
    const double deposit = m_.p_.settings.rack_deposit;
    for (const auto& r : m_.rack_) {
      if (std::max(r.ordered, 0) == static_cast<int>(t)) rack_money_[t] += deposit * r.price_usd_m * v_.rack_price[r.system];
      if (r.installed == static_cast<int>(t)) {
        due_[r.system][r.site] += r.racks;
        backlog_[r.system] += r.racks;
        price_due_[r.system] += (1 - deposit) * r.price_usd_m * v_.rack_price[r.system];
      }
    }
  }

  /// Suppliers ship what they can and what there is money for; what is left stays on order.
  void ship(std::size_t t, double money) {
    std::vector<double> going(m_.systems_);
    double bill = 0;
    for (std::size_t g = 0; g < m_.systems_; ++g) {
      if (backlog_[g] <= 1e-12) continue;
      double planned = 0;
      for (const auto& r : m_.rack_)
        if (r.system == g && r.installed == static_cast<int>(t)) planned += r.racks;
      going[g] = std::min(backlog_[g], std::max(shippable(g, t, planned), as_planned(g) ? planned : 0));
      bill += going[g] / backlog_[g] * price_due_[g];
    }
    const double share = bill > 0 ? std::clamp((money + 1e-6 * bill + 1e-6) / bill, 0.0, 1.0) : 1;
    for (std::size_t g = 0; g < m_.systems_; ++g) {
      if (going[g] <= 0) continue;
      const double n = going[g] * share, part = n / backlog_[g], paid = part * price_due_[g];
      held_by_money_ += (going[g] - n) * m_.rack_mw_[g];
      rack_money_[t] += paid;
      price_due_[g] -= paid;
      backlog_[g] -= n;
      const double late = std::max(0.0, v_.rack_days[g]) / days_a_month, at = 3.0 * static_cast<double>(t) + late;
      const auto month = static_cast<std::size_t>(at);
      const double next = at - static_cast<double>(month);
      if (month < m_.months_) arriving_[g][month] += n * (1 - next);
      if (month + 1 < m_.months_) arriving_[g][month + 1] += n * next;
    }
  }
  bool as_planned(std::size_t g) const {
    return v_.rack_supply[g] >= 1 && std::ranges::all_of(v_.stage_yield, [](double y) { return y >= 1; });
  }

  /// A month: racks arrive, old ones leave, each site takes its own, and what is left goes to who has room.
  void place(std::size_t month) {
    const std::size_t S = hall_.size();
    std::vector<double> room(S), had(S);
    for (std::size_t s = 0; s < S; ++s) {
      for (std::size_t g = 0; g < m_.systems_; ++g) {
        const auto life = static_cast<std::size_t>(3 * m_.rack_life_[g]);
        if (month >= life) live_[g * S + s] -= placed_[g * S + s][month - life];
        had[s] += live_[g * S + s] * m_.rack_mw_[g];
      }
      const double need = s < m_.sites_ ? m_.base_power_need_[s][month] : 1;
      by_power_.resize(S);
      by_power_[s] = power_[s][month] * need / site_pue(s);
      room[s] = std::max(0.0, std::min(hall_[s][month], by_power_[s]) - had[s]);
    }
    for (std::size_t g = 0; g < m_.systems_; ++g) {
      double coming = arriving_[g][month];
      const double owed = std::accumulate(due_[g].begin(), due_[g].end(), 0.0);
      if (coming > 0 && owed > 0)
        for (std::size_t s = 0; s < m_.sites_; ++s) {
          const double share = due_[g][s] * std::min(1.0, coming / owed);
          waiting_[g][s] += share;
          due_[g][s] -= share;
        }
      double left = 0;
      for (std::size_t s = 0; s < m_.sites_; ++s)
        if (waiting_[g][s] > 0) left += waiting_[g][s] -= put(g, s, month, waiting_[g][s], room);
      if (left <= 1e-9) continue;
      for (std::size_t s = 0; s < S && left > 1e-9; ++s) {
        if (room[s] <= 1e-9 || eflops(s, g) <= 0) continue;
        double taken = put(g, s, month, left, room);
        left -= taken;
        for (std::size_t from = 0; from < m_.sites_ && taken > 0; ++from) {
          const double part = std::min(taken, waiting_[g][from]);
          waiting_[g][from] -= part;
          taken -= part;
        }
      }
    }
    missing(month);
    for (std::size_t s = 0; s < S; ++s)
      for (std::size_t g = 0; g < m_.systems_; ++g) {
        const double n = live_[g * S + s];
        if (n == 0) continue;
        it_[s][month] += n * m_.rack_mw_[g];
        pflops_[s][month] += n * eflops(s, g) * v_.goodput;  // EFLOP/s a thousand racks are PFLOP/s a rack
        h100_[month] += n * m_.rack_h100_[g];
      }
  }
  double put(std::size_t g, std::size_t s, std::size_t month, double racks, std::vector<double>& room) {
    // Rounding of the plan's tables aside, what the plan puts into a full hall fits.
    const double fits = std::min(racks, (room[s] + 1e-6 * (1 + hall_[s][month])) / m_.rack_mw_[g]);
    placed_[g * hall_.size() + s][month] += fits;
    live_[g * hall_.size() + s] += fits;
    room[s] = std::max(0.0, room[s] - fits * m_.rack_mw_[g]);
    return fits;
  }

  /// IT that the plan has and this future has not, by what is short first.
  void missing(std::size_t month) {
    const std::size_t S = hall_.size();
    double planned = 0, have = 0, halls = 0, powered = 0;
    for (std::size_t s = 0; s < S; ++s) {
      for (std::size_t g = 0; g < m_.systems_; ++g) have += live_[g * S + s] * m_.rack_mw_[g];
      if (s < m_.sites_) planned += m_.planned_it_[s][month];
      const double want = s < m_.sites_ ? m_.planned_it_[s][month] : hall_[s][month];
      halls += std::min(want, hall_[s][month]);
      powered += std::min({want, hall_[s][month], by_power_[s]});
    }
    const double gap = planned - have;
    if (gap <= 1e-6 * (1 + planned)) return;
    const double years = 1.0 / 12;
    double left = gap;
    const auto blame = [&](Figure f, double mw) {
      const double part = std::clamp(mw, 0.0, left);
      out_[m_.layout_.figure(f)] += part * years;
      left -= part;
    };
    blame(Figure::late_mw_years_halls, planned - halls);
    blame(Figure::late_mw_years_power, halls - powered);
    blame(Figure::late_mw_years_money, held_by_money_);
    blame(Figure::late_mw_years_racks, left);
  }

  // ---- money ---------------------------------------------------------------------------------------------------------

  void pay(int t, double usd_m) {
    if (t < static_cast<int>(m_.quarters_)) capital_[static_cast<std::size_t>(std::max(t, 0))] += usd_m;
  }

  /// Buildings, connections and power: the plan's payments, less those of the plan's dates, plus those of this future's.
  void fixed_capital() {
    const auto& settings = m_.p_.settings;
    for (std::size_t c = 0; c < m_.category_.size(); ++c) {
      const auto& name = m_.category_[c];
      if (name == "opening" || name == "construction" || name == "grid_connection" || name == "onsite_power" || name == "expansions")
        for (std::size_t t = 0; t < m_.quarters_; ++t) capital_[t] += m_.spending_[c][t];
    }
    for (std::size_t b = 0; b < m_.building_.size(); ++b) {
      const auto& building = m_.building_[b];
      const double from = quarter_position(building.start), planned = quarter_position(building.planned_ready) - from;
      const auto& site = v_.site[building.site];
      const bool lost = ready_[b] >= far_day;
      const double until = lost ? quarter_position(std::max<double>(site.lost_day, building.start)) : quarter_position(usable_[b]);
      if (until == quarter_position(building.planned_ready) && site.construction == 1) continue;
      spread(from, planned, 0, [&](int q, double share) { pay(q, -share * building.budget_usd_m); });
      if (lost) {  // paid as far as it had come
        spread(from, planned, 0, [&](int q, double share) {
          if (q < until) pay(q, share * building.budget_usd_m * site.construction);
        });
      } else {
        spread(from, planned, until - from - planned, [&](int q, double share) { pay(q, share * building.budget_usd_m * site.construction); });
      }
    }
    for (const auto& r : rebuilt_)
      spread(quarter_position(r.begins), quarter_position(r.ready) - quarter_position(r.begins), 0, [&](int q, double share) { pay(q, share * r.usd_m); });
    const auto in_parts = [&](double times, double usd, int order, double service, double deposit, double progress) {
      const int last = static_cast<int>(std::floor(service));
      const int between = std::max(0, last - order - 1);
      if (between == 0) progress = 0;
      pay(order, times * deposit * usd);
      for (int q = order + 1; q < last; ++q) pay(q, times * progress / between * usd);
      pay(last, times * (1 - deposit - progress) * usd);
    };
    for (std::size_t i = 0; i < m_.power_.size(); ++i) {
      const auto& o = m_.power_[i];
      const double service = quarter_position(o.service + std::max<double>(v_.power_days[i], o.ordered - o.service));
      if (v_.power_days[i] == 0 && v_.power_cost[i] == 1) continue;
      in_parts(-1, o.cost_usd_m, o.ordered_quarter, o.service_quarter, settings.power_deposit, settings.power_progress);
      in_parts(v_.power_cost[i], o.cost_usd_m, o.ordered_quarter, service, settings.power_deposit, settings.power_progress);
    }
    for (std::size_t i = 0; i < m_.grid_.size(); ++i) {
      const auto& g = m_.grid_[i];
      const double cost = v_.site[g.site].grid_cost;
      if (v_.grid_days[i] == 0 && cost == 1) continue;
      const auto in_time = [&](double times, double late) {
        const double wait = g.energised_quarter - g.requested_quarter + late;
        if (wait <= 0) return pay(g.requested_quarter, times * g.cost_usd_m);
        pay(g.requested_quarter, times * settings.grid_deposit * g.cost_usd_m);
        spread(g.requested_quarter + 1, wait, 0, [&](int q, double share) { pay(q, times * (1 - settings.grid_deposit) * share * g.cost_usd_m); });
      };
      in_time(-1, 0);
      in_time(cost, std::max(v_.grid_days[i] / 91.3125, -static_cast<double>(g.energised_quarter - g.requested_quarter)));
    }
  }

  double average(const std::vector<double>& line, std::size_t t) const { return (line[3 * t] + line[3 * t + 1] + line[3 * t + 2]) / 3; }
  double it_average(std::size_t t) const {
    double sum = 0;
    for (const auto& line : it_) sum += average(line, t);
    return sum;
  }
  double planned_average(std::size_t t) const {
    double sum = 0;
    for (const auto& line : m_.planned_it_) sum += average(line, t);
    return sum;
  }
  /// Load of a quarter over the plan's.
  double load_ratio(std::size_t t) const {
    const double planned = planned_average(t);
    return planned > 0 ? it_average(t) / planned : 1;
  }
  double power_price() const { return std::max(0.05, 1 + gas_in_power * (v_.gas - 1) + load_in_power * (v_.load - 1)); }

  /// What a category of running costs comes to, over the plan's.
  double running_factor(const std::string& name, std::size_t t) const {
    if (name == "operations") return load_ratio(t) * v_.running;
    if (name == "energy_grid" || name == "energy_onsite") return load_ratio(t) * power_price();
    if (name == "shedding") return load_ratio(t);
    if (name == "cloud") return v_.cloud;
    if (name == "interest") return v_.interest;
    if (name == "zone_power") return mean(v_.power_cost);
    if (name == "property_tax") return hall_ratio(t) * construction_mean();
    if (name == "onsite_fixed") return onsite_ratio(t);
    return 1;
  }
  static double mean(const std::vector<double>& values) {
    return values.empty() ? 1 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  }
  double construction_mean() const {
    double sum = 0;
    for (const auto& s : v_.site) sum += s.construction;
    return v_.site.empty() ? 1 : sum / static_cast<double>(v_.site.size());
  }
  double hall_ratio(std::size_t t) const {
    double have = 0, planned = 0;
    for (const auto& line : hall_) have += average(line, t);
    for (const auto& b : m_.building_)
      if (b.planned_ready <= m_.quarter_day_[t]) planned += b.mw;
    return planned > 0 ? have / planned : 1;
  }
  double onsite_ratio(std::size_t t) const {
    double have = 0, planned = 0;
    for (const auto& line : onsite_) have += average(line, t);
    for (const auto& o : m_.power_)
      if (o.service <= m_.quarter_day_[t]) planned += o.mw;
    return planned > 0 ? have / planned : 1;
  }
  static bool running(const std::string& name) {
    return name == "operations" || name == "energy_grid" || name == "energy_onsite" || name == "shedding" || name == "cloud" || name == "interest" ||
           name == "zone_power" || name == "property_tax" || name == "onsite_fixed";
  }

  /// What the quarter's running costs are before its racks have come: the plan's, by what stood a quarter ago.
  double base_running(std::size_t t) const {
    double sum = m_.incentive_guess(t);
    for (std::size_t c = 0; c < m_.category_.size(); ++c) {
      if (!running(m_.category_[c]) || !m_.funded_[c][t]) continue;
      sum += m_.spending_[c][t] * (t > 0 ? running_factor(m_.category_[c], t - 1) : 1);
    }
    return sum + sales_tax_guess(t);
  }
  double sales_tax_guess(std::size_t t) const { return m_.category_value("sales_tax", t); }

  double running_cost(std::size_t t, bool only_funded) const {
    double sum = 0;
    for (std::size_t c = 0; c < m_.category_.size(); ++c)
      if (running(m_.category_[c]) && (m_.funded_[c][t] || !only_funded)) sum += m_.spending_[c][t] * running_factor(m_.category_[c], t);
    return sum;
  }
  /// Sales tax by the racks' bill.
  double sales_tax(std::size_t t) const {
    const double planned = m_.category_value("racks", t);
    return planned > 0 ? m_.category_value("sales_tax", t) * rack_money_[t] / planned : 0;
  }
  /// Support follows what has been spent on what it supports: the plan's share of the sum so far.
  double incentives(std::size_t t) {
    eligible_ += capital_[t] + rack_money_[t];
    const double at = m_.support_at(eligible_) * v_.support;
    const double now = at - support_paid_;
    support_paid_ = at;
    return now;
  }
  double funded_spending(std::size_t t) {
    const double credits = incentives(t);
    support_.push_back(credits);
    const double sum = running_cost(t, true) + capital_[t] + rack_money_[t] + sales_tax(t) + credits;
    spent_.push_back((spent_.empty() ? 0 : spent_.back()) + sum);
    return sum;
  }

  /// Sales: what is made, at the price of this future; under contract at the prices of the quarters it came in.
  void money() {
    const auto& terms = m_.finance_input_.terms.finance;
    const double base_decline = m_.p_.settings.compute_price_decline;
    revenue_.assign(m_.quarters_, 0);
    price_.assign(m_.quarters_, 1);
    for (std::size_t t = 0; t < m_.quarters_; ++t) price_[t] = v_.price * std::pow((1 - v_.decline) / (1 - base_decline), static_cast<double>(t) / 4);
    const std::size_t S = hall_.size();
    for (std::size_t s = 0; s <= S; ++s) {
      const bool shared = s == S;
      const std::size_t priced = std::min(s < m_.sites_ ? s : m_.sites_, m_.sites_);
      double before = 0, contracted = 1, weight = 0;
      for (std::size_t t = 0; t < m_.quarters_; ++t) {
        const double made = shared ? m_.cloud_pflops_[t] : average(pflops_[s], t);
        const double added = std::max(0.0, made - before);
        if (added > 0) contracted = (contracted * weight + price_[t] * added) / (weight + added), weight += added;
        before = made;
        const double average_price = s < m_.sites_ || shared ? m_.contract_average_[priced * m_.quarters_ + t] : m_.contract_average_[t];
        const double times = terms.contract_share * contracted + (1 - terms.contract_share) * price_[t];
        revenue_[t] += std::max(0.0, made) * terms.sold_share * v_.sold * m_.hours_[t] * average_price * times / 1e6;
      }
    }
  }

  /// Cash of the project over its life: the plan's books, moved by what this future earns and pays beyond them.
  void returns() {
    const auto& base = m_.base_;
    std::vector<double> cash = m_.project_cash_;
    dscr_.assign(m_.quarters_, 0);
    if (!base) {
      base_cover();
      return;
    }
    const auto& b = *base;
    const auto& l = m_.layout_;
    const double kept = 1 - tax_rate_on_difference;
    operating_difference_.assign(cash.size(), 0);
    for (std::size_t t = 0; t < m_.quarters_; ++t) {
      const double more = revenue_[t] - b[l.line(Line::revenue_usd_m, t)] - (running_cost(t, false) - interest_cost(t) - b[l.line(Line::running_usd_m, t)]);
      const double capital = capital_[t] + rack_money_[t] + sales_tax(t) + support_[t] - m_.base_capital_[t];
      operating_difference_[t] = more;
      cash[t] += kept * (more - capital);
    }
    // Behind the horizon what runs goes on: by the last four quarters' sales over the plan's, prices drifting on.
    double now = 0, then = 0, cost_now = 0, cost_then = 0;
    for (std::size_t t = m_.quarters_ - std::min<std::size_t>(4, m_.quarters_); t < m_.quarters_; ++t) {
      now += revenue_[t];
      then += b[l.line(Line::revenue_usd_m, t)];
      cost_now += running_cost(t, false) - interest_cost(t);
      cost_then += b[l.line(Line::running_usd_m, t)];
    }
    const double sales = then > 0 ? now / then : 1, costs = cost_then > 0 ? cost_now / cost_then : 1;
    const double drift = (1 - v_.decline) / (1 - m_.p_.settings.compute_price_decline);
    for (std::size_t t = m_.quarters_; t < cash.size(); ++t) {
      const double later = std::pow(drift, (1 - m_.finance_input_.terms.finance.contract_share) * static_cast<double>(t - m_.quarters_) / 4);
      operating_difference_[t] = m_.extension_sales_[t] * (sales * later - 1) - m_.extension_costs_[t] * (costs - 1);
      cash[t] += kept * operating_difference_[t];
    }
    worth(cash);
    cover();
  }
  double interest_cost(std::size_t t) const { return m_.category_value("interest", t) * v_.interest; }
  void base_cover() {
    worth(m_.project_cash_);
    operating_difference_.assign(m_.project_cash_.size(), 0);
    cover();
  }

  void worth(const std::vector<double>& cash) {
    const double rate = m_.finance_input_.discount_rate;
    out_[m_.layout_.figure(Figure::npv_usd_b)] = present_value(cash, rate) / 1000;
    double low = -0.95, high = 2;
    if (!(present_value(cash, low) > 0) || present_value(cash, high) > 0) {
      out_[m_.layout_.figure(Figure::irr)] = -1;
      return;
    }
    for (int i = 0; i < 45; ++i) {
      const double middle = (low + high) / 2;
      (present_value(cash, middle) > 0 ? low : high) = middle;
    }
    out_[m_.layout_.figure(Figure::irr)] = (low + high) / 2;
  }
  static double present_value(const std::vector<double>& cash, double rate) {
    const double by_quarter = std::pow(1 + rate, -0.25);
    double sum = 0;
    for (std::size_t t = cash.size(); t-- > 0;) sum = (sum + cash[t]) * by_quarter;
    return sum;
  }

  /// Cash for service moves with sales and costs, companies' shares as in the plan; what is due was agreed and stands.
  void cover() {
    const auto& companies = m_.finance_->companies;
    double lowest = far_day, broken = 0, locked = 0;
    const std::size_t life = m_.project_cash_.size();
    std::vector<std::uint8_t> low(companies.size()), lock(companies.size());
    for (std::size_t t = 0; t < life; ++t) {
      double cash = 0, service = 0;
      for (std::size_t c = 0; c + 1 < companies.size(); ++c) {
        const double due = static_cast<double>(companies[c].service[t]) / 1e8;
        const double has = static_cast<double>(companies[c].cash_for_service[t]) / 1e8 + m_.company_share(c, t) * operating_difference_[t];
        if (companies[c].service[t] <= 0) continue;
        const double owed = due * (1 + m_.floating_share() * (v_.interest - 1));
        cash += has;
        service += owed;
        low[c] |= has / owed < m_.default_[c] - 1e-9;
        lock[c] |= has / owed < m_.lock_up_[c] - 1e-9;
      }
      if (service <= 0) continue;
      lowest = std::min(lowest, cash / service);
      if (t < m_.quarters_) dscr_[t] = cash / service;
    }
    for (std::size_t c = 0; c < companies.size(); ++c) broken += low[c], locked += lock[c];
    out_[m_.layout_.figure(Figure::lowest_dscr)] = lowest < far_day ? lowest : 0;
    out_[m_.layout_.figure(Figure::covenants_broken)] = broken;
    out_[m_.layout_.figure(Figure::lock_ups)] = locked;
  }

  // ---- the row of figures ----------------------------------------------------------------------------------------------

  void write() {
    const auto& l = m_.layout_;
    double compute = 0, jobs = 0, co2 = 0, capital = 0, last = 0;
    std::vector<double> works(m_.quarters_);
    for (std::size_t b = 0; b < ready_.size(); ++b) {
      out_[l.building_day(b)] = ready_[b];
      last = std::max(last, ready_[b]);
      const auto& row = m_.p_.sites[m_.programme_site_[m_.building_[b].site]];
      const double until = ready_[b] >= far_day ? v_.site[m_.building_[b].site].lost_day : ready_[b];
      const double from = quarter_position(m_.building_[b].start), length = quarter_position(until) - from;
      if (length > 0) {
        const double mean_crew = row.construction_jobs_peak_per_mw * m_.building_[b].mw * m_.crew_area_;
        spread(from, length, 0, [&](int q, double share) {
          if (q >= 0 && q < static_cast<int>(m_.quarters_)) works[static_cast<std::size_t>(q)] += mean_crew * share * length;
        });
      }
    }
    for (std::size_t t = 0; t < m_.quarters_; ++t) {
      const std::size_t end = 3 * t + 2;
      double ready = 0, it = 0, facility = 0, made = m_.cloud_pflops_[t], permanent = 0, load = 0;
      for (std::size_t s = 0; s < hall_.size(); ++s) {
        ready += hall_[s][end];
        it += it_[s][end];
        facility += it_[s][end] * site_pue(s);
        made += average(pflops_[s], t);
        const auto& row = m_.p_.sites[s < m_.sites_ ? m_.programme_site_[s] : m_.replacement_[s - m_.sites_].programme_site];
        permanent += row.permanent_jobs_per_mw_contract * it_[s][end];
        const double pue = s < m_.sites_ ? m_.season_pue_[static_cast<std::size_t>((m_.layout_.start + static_cast<int>(t)).of_year() - 1)][s] : site_pue(s);
        load += average(it_[s], t) * pue * m_.p_.settings.it_utilisation * m_.hours_[t] / 1000;
        if (s < m_.sites_) out_[l.site_mw(s, t)] = it_[s][end];
      }
      const auto put = [&](Line line, double value) { out_[l.line(line, t)] = value; };
      put(Line::ready_mw, ready);
      put(Line::it_mw, it);
      put(Line::facility_mw, facility);
      put(Line::effective_pflops, made);
      put(Line::h100_equivalents, h100_[end]);
      put(Line::spent_usd_m, spent_[t]);
      put(Line::revenue_usd_m, revenue_[t]);
      put(Line::running_usd_m, running_cost(t, false) - interest_cost(t));
      put(Line::dscr, dscr_[t]);
      put(Line::energy_gwh, load);
      put(Line::co2_kt, load * m_.co2_rate_[t]);
      put(Line::construction_jobs, works[t]);
      put(Line::permanent_jobs, permanent);
      compute += made * m_.hours_[t] / 8766;
      jobs += works[t] / 4;
      co2 += load * m_.co2_rate_[t] / 1000;
      capital += capital_[t] + rack_money_[t] + sales_tax(t) + support_[t];
    }
    const auto figure = [&](Figure f, double value) { out_[l.figure(f)] = value; };
    figure(Figure::compute, compute);
    figure(Figure::spent_usd_b, spent_.back() / 1000);
    figure(Figure::capital_usd_b, capital / 1000);
    figure(Figure::last_ready_days, last);
    figure(Figure::jobs_years, jobs);
    figure(Figure::co2_mt, co2);
    double lost = 0, missed = 0;
    for (const auto& s : v_.site) lost += s.lost_day != Draws::never;
    figure(Figure::sites_lost, lost);
    if (m_.base_)
      for (std::size_t t = 0; t < m_.quarters_; ++t) missed += std::max(0.0, (*m_.base_)[l.line(Line::revenue_usd_m, t)] - revenue_[t]);
    figure(Figure::shortage_usd_b, missed / 1000);
    for (std::size_t k = 0; k < l.targets.size(); ++k) target(k);
    for (std::size_t f = 0; f < l.causes.size(); ++f) out_[l.cause(f)] = draws_ ? draws_->factor(static_cast<int>(f)) : 0;
  }

  void target(std::size_t k) {
    const auto& l = m_.layout_;
    const auto& t = l.targets[k];
    double at = 0, day = far_day;
    for (std::size_t month = 0; month < m_.months_; ++month) {
      double value = 0, largest = 0;
      for (std::size_t s = 0; s < hall_.size(); ++s) {
        value += t.quantity == "it_mw" ? it_[s][month] : t.quantity == "effective_pflops" ? pflops_[s][month] : 0;
        largest = std::max(largest, pflops_[s][month]);
      }
      if (t.quantity == "effective_pflops") value += m_.cloud_pflops_[month / 3];
      if (t.quantity == "largest_run_pflops") value = largest;
      if (t.quantity == "h100_equivalents") value = h100_[month];
      if (value >= t.at_least * (1 - 1e-6) && day == far_day) day = month_day(month);
      if (static_cast<int>(month / 3) == t.by - l.start) at = value;
    }
    out_[l.target_value(k)] = at;
    out_[l.target_day(k)] = day;
  }

  const PlanModel& m_;
  const Values& v_;
  const Draws* draws_;
  std::vector<double> out_;
  struct Rebuilt {
    std::size_t replacement;
    double mw, begins, ready, usd_m;
  };
  std::vector<Rebuilt> rebuilt_;
  std::vector<double> ready_, usable_;                    ///< days, by building
  Matrix hall_, power_, onsite_, it_, pflops_;            ///< [site][month]
  Matrix due_, waiting_, arriving_, placed_;              ///< racks: [system][site], [system][month], [system * sites + site][month]
  std::vector<double> live_, h100_, backlog_, price_due_, by_power_;
  double held_by_money_ = 0, eligible_ = 0, support_paid_ = 0;
  std::vector<double> capital_, rack_money_, tax_money_, spent_, support_, revenue_, price_, dscr_, operating_difference_;
};

std::vector<double> PlanModel::future(const Values& values, const Draws* draws) const { return FutureRun(*this, values, draws).run(); }

}  // namespace stargate::risk
