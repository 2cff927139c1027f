#include "risk/quantity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <map>
#include <numeric>

#include "base/normal.h"
#include "base/text.h"
#include "programme/facts.h"

namespace stargate::risk {

using stochastic::Distribution;

namespace {

struct ClassRow : Row {
  std::string id, source;
  double mean_overrun_percent = 0;
  std::optional<double> share_over_50_percent, mean_in_tail_percent;
};
const Table<ClassRow>& class_table() {
  using R = ClassRow;
  static const Table<R> table{"reference_classes",
                              "final over budgeted cost of finished projects, by kind",
                              {field("class", &R::id, "kind of project").as_key(),
                               field("mean_cost_overrun_percent", &R::mean_overrun_percent, "mean of final over budgeted cost, less 100").in("percent"),
                               field("share_over_50_percent", &R::share_over_50_percent, "projects more than half over").in("percent").optional(),
                               field("mean_in_tail_percent", &R::mean_in_tail_percent, "their mean").in("percent").optional(),
                               field("source", &R::source, "who says so")}};
  return table;
}

/// What nobody says is joined by this: half of the variance of the logarithms is common.
constexpr double usual_loading = 0.7;

Place place_of(const Programme& p, const Uncertainty& row) { return {p.folder.empty() ? "uncertainty.csv" : p.folder + "/uncertainty.csv", row.line, 1}; }

}  // namespace

const std::vector<Effect>& effects() {
  static const std::vector<Effect> list{
      {"construction", "weeks", "factor", "durations of activities; rows: template.activity, template:NAME, equipment:NAME"},
      {"commitments", "reported_ready", "days", "readiness of buildings under way behind the reported day; rows: sites"},
      {"sites", "earliest_start", "event days", "a permit or a court holds up what is not ready; rows: sites, state:XX"},
      {"sites", "choice", "event", "the site is lost; rows: sites, state:XX"},
      {"sites", "construction_usd_per_kw", "factor value", "cost of buildings; rows: sites, state:XX"},
      {"interconnection", "lead_quarters", "days", "grid connections behind their day; rows: sites, state:XX, firm:, managed:"},
      {"interconnection", "cost_usd_per_kw", "factor", "cost of grid connections; rows: sites, state:XX"},
      {"power_technologies", "lead_quarters", "days", "power on site behind its day; rows: technologies"},
      {"power_technologies", "capex_usd_per_kw", "factor value", "cost of power; rows: technologies"},
      {"accelerators", "rack_usd_m", "factor value", "price of racks; rows: systems"},
      {"accelerators", "available_from", "days", "a system comes later; rows: systems"},
      {"accelerator_supply", "world_racks", "factor", "racks that ship in a quarter; rows: systems"},
      {"stage_capacity", "world_units", "factor", "what a stage of chip making yields and ships; rows: stages"},
      {"training_efficiency", "goodput", "factor", "useful share of compute, by failures and restarts; row *"},
      {"cloud_contracts", "committed_usd_per_chip_hour", "factor", "price of rented chips; row *"},
      {"fuel_prices", "usd_per_mmbtu", "factor", "price of gas; row natural_gas"},
      {"zones", "load_growth_per_year", "factor", "load of everyone else by the end of the horizon, over the plan's; row *"},
      {"programme", "compute_price_usd_per_pflop_hour", "factor value", "price of compute; row *"},
      {"programme", "compute_price_decline_per_year", "value", "fall of that price a year; row *"},
      {"programme", "operating_usd_per_it_kw_year", "factor value", "cost of running; row *"},
      {"finance", "sold_share", "factor value", "share of compute that finds a buyer; row *"},
      {"investors", "rate_per_year", "factor", "interest on the programme's debt; row *"},
      {"incentives", "rate", "factor", "support as it is paid over what the plan expects; row *"}};
  return list;
}

stochastic::ReferenceClass reference_class(const std::string& name, const Place& place) {
  static const auto rows = read_facts(class_table());
  std::vector<std::string> names;
  for (const auto& r : rows) {
    names.push_back(r.id);
    if (r.id == name)
      return {r.mean_overrun_percent / 100, r.share_over_50_percent.value_or(0) / 100, r.mean_in_tail_percent.value_or(0) / 100};
  }
  throw InputError(place, std::format("there is no reference class '{}'", name), name_hint(name, names));
}

Draws::Draws(const Streams& streams, const stochastic::Sampler& sampler, std::size_t future, const stochastic::Sampler* other, int swapped)
    : streams_(streams), sampler_(sampler), future_(future), other_(other), swapped_(swapped) {
  for (const auto& f : streams.factors) factors_.push_back(normal(f.stream));
}

double Draws::uniform(std::size_t stream) const {
  const bool swap = other_ && streams_.group_of[stream] == swapped_;
  return (swap ? *other_ : sampler_).at(future_, stream);
}
double Draws::normal(std::size_t stream) const { return normal_quantile(uniform(stream)); }

double Draws::of(const Quantity& q) const {
  if (q.distribution.is_fixed()) return q.distribution.quantile(0.5);
  if (q.factor < 0) return q.distribution.at_normal(normal(q.stream));
  const double own = std::sqrt(1 - q.loading * q.loading);
  return q.distribution.at_normal(q.loading * factor(q.factor) + (own > 0 ? own * normal(q.stream) : 0));
}

int Draws::day_of(const Event& e, double& size) const {
  const double own = std::sqrt(1 - e.size.loading * e.size.loading);
  const double z = (e.size.factor >= 0 ? e.size.loading * factor(e.size.factor) : 0) + (e.size.factor >= 0 ? own : 1) * normal(e.size.stream + 1);
  if (e.probability <= 0 || normal_cdf(-z) >= e.probability) return never;  // a bad cause makes it likelier
  size = e.loss ? 0 : e.size.distribution.at_normal(normal(e.size.stream));
  return e.window_from + static_cast<int>(uniform(e.size.stream + 2) * (e.window_to - e.window_from + 1));
}

Uncertainties::Uncertainties(const Programme& programme, const std::vector<Uncertainty>& rows) : p_(programme), rows_(rows) {
  Diagnostics d;
  std::vector<std::string> all;
  for (const auto& e : effects()) all.push_back(e.table + "." + e.column);
  for (const auto& row : rows_) {
    const auto place = place_of(p_, row);
    const std::string figure = row.in_table + "." + row.column;
    const auto effect = std::ranges::find_if(effects(), [&](const Effect& e) { return e.table == row.in_table && e.column == row.column; });
    if (effect == effects().end()) {
      d.error(place, std::format("'{}' has no effect in a future", figure), name_hint(figure, all));
      continue;
    }
    if ((row.kind == "event") != effect->measures.starts_with("event"))
      d.error(place, std::format("'{}' is {}an event", figure, row.kind == "event" ? "not " : ""), effect->about);
    if (effect->measures.find(row.measure) == std::string::npos && !(effect->measures == "event" && row.kind == "event"))
      d.error(place, std::format("'{}' is measured in {}, not as {}", figure, effect->measures, row.measure), effect->about);
    if (row.loading != 0 && row.factor.empty()) d.error(place, "a loading without a factor", "name the common cause, or loading 0");
    if (row.kind == "event") {
      if (!row.probability) d.error(place, "an event without a probability", "0 to 1");
      if (row.window_from && row.window_to && *row.window_to < *row.window_from) d.error(place, "a window that ends before it begins");
    }
    try {
      Quantity q;
      from_row(q, row, 1);
    } catch (const InputError& e) {
      for (const auto& one : e.diagnostics()) d.error(place, one.message, one.hint);
    }
  }
  d.throw_if_errors();
  for (const auto& row : rows_)
    if (!row.factor.empty()) factor_index(row.factor);
}

void Uncertainties::from_row(Quantity& q, const Uncertainty& row, double value) const {
  const auto place = place_of(p_, row);
  if (row.kind == "reference_class") {
    q.distribution = Distribution::reference_class(reference_class(row.reference_class, place));
    return;
  }
  if (row.kind == "event" && row.column == "choice") return;
  double times = 1;
  if (row.measure == "value" && q.measure == Measure::factor && value != 0) times = 1 / value;
  if (row.kind == "empirical") {
    std::vector<double> sample;
    for (const auto& text : row.sample) {
      const auto number = parse_number(text);
      if (!number) throw InputError(place, std::format("'{}' is not a number", text), "numbers with ; between them");
      sample.push_back(*number);
    }
    q.distribution = Distribution::empirical(std::move(sample)).scaled(times);
    return;
  }
  if (!row.p10 || !row.p50 || !row.p90) throw InputError(place, "a distribution without its 10, 50 and 90 % points", "p10, p50 and p90");
  // Days may be nothing or early: a log-normal is of the days themselves, so that 0 is lifted a little.
  const bool tri = row.kind == "triangular";
  const double p10 = *row.p10, p50 = *row.p50, p90 = *row.p90;
  if (!tri && row.measure == "days" && p10 == 0 && p90 > 0) {
    q.distribution = Distribution::lognormal(std::max(0.01 * std::max(p50, 1.0), 0.01), std::max(p50, 0.5), p90);
    return;
  }
  q.distribution = (tri ? Distribution::triangular(p10, p50, p90) : Distribution::lognormal(p10, p50, p90)).scaled(times);
}

const Uncertainty* Uncertainties::find(const std::string& table, const std::string& row, const std::string& column,
                                       const std::vector<std::string>& groups, bool event) const {
  // The nearest name wins: the row itself, then a group, then all.
  const Uncertainty* found = nullptr;
  std::size_t rank = 1000;
  for (const auto& u : rows_) {
    if (u.in_table != table || u.column != column || (u.kind == "event") != event) continue;
    std::size_t r = 1000;
    if (u.row == row) r = 0;
    else if (const auto at = std::ranges::find(groups, u.row); at != groups.end()) r = 1 + static_cast<std::size_t>(at - groups.begin());
    else if (u.row == "*") r = 999;
    if (r < rank) rank = r, found = &u;
  }
  return found;
}

std::size_t Uncertainties::next_stream(const std::string& label) {
  label_of_.push_back(label);
  return label_of_.size() - 1;
}
int Uncertainties::factor_index(const std::string& name) {
  const auto at = std::ranges::find(streams_.factors, name, &Factor::name);
  if (at != streams_.factors.end()) return static_cast<int>(at - streams_.factors.begin());
  streams_.factors.push_back({name, next_stream("cause: " + name), 0});
  return static_cast<int>(streams_.factors.size()) - 1;
}

Quantity Uncertainties::make(const std::string& table, const std::string& row, const std::string& column) {
  Quantity q;
  q.name = table + "." + row + "." + column;
  q.stream = next_stream(table + "." + column);
  return q;
}

Quantity Uncertainties::factor_on(const std::string& table, const std::string& row, const std::string& column, double value,
                                  const std::vector<std::string>& groups, std::optional<double> low, std::optional<double> high) {
  Quantity q = make(table, row, column);
  if (const auto* u = find(table, row, column, groups, false)) {
    from_row(q, *u, value);
    if (!u->factor.empty()) q.factor = factor_index(u->factor), q.loading = u->loading;
  } else if (low && high && *low > 0 && *low < *high && value >= *low && value <= *high) {
    q.distribution = Distribution::lognormal(*low / value, 1, *high / value);
    q.factor = factor_index("cost of " + table);
    q.loading = usual_loading;
  }
  return q;
}

Quantity Uncertainties::days_on(const std::string& table, const std::string& row, const std::string& column, const std::vector<std::string>& groups) {
  Quantity q = make(table, row, column);
  q.measure = Measure::days;
  q.distribution = Distribution::fixed(0);
  if (const auto* u = find(table, row, column, groups, false)) {
    from_row(q, *u, 0);
    if (!u->factor.empty()) q.factor = factor_index(u->factor), q.loading = u->loading;
  }
  return q;
}

Quantity Uncertainties::value_of(const std::string& table, const std::string& row, const std::string& column, double value) {
  Quantity q = make(table, row, column);
  q.measure = Measure::value;
  q.distribution = Distribution::fixed(value);
  if (const auto* u = find(table, row, column, {}, false)) {
    from_row(q, *u, value);
    if (u->measure == "factor") q.distribution = q.distribution.scaled(value);
    if (!u->factor.empty()) q.factor = factor_index(u->factor), q.loading = u->loading;
  }
  return q;
}

std::vector<Event> Uncertainties::events_on(const std::string& table, const std::string& row, const std::string& column,
                                            const std::vector<std::string>& groups) {
  std::vector<Event> events;
  const auto* u = find(table, row, column, groups, true);
  if (!u) return events;
  Event e;
  e.size = make(table, row, column);
  next_stream(table + "." + column);
  next_stream(table + "." + column);
  e.size.measure = Measure::days;
  from_row(e.size, *u, 0);
  if (!u->factor.empty()) e.size.factor = factor_index(u->factor), e.size.loading = u->loading;
  e.probability = u->probability.value_or(0);
  e.loss = column == "choice";
  const Date first = p_.settings.start.first_day(), last = p_.quarter(p_.quarters() - 1).last_day();
  e.window_from = static_cast<int>((u->window_from.value_or(first) - first).count());
  e.window_to = static_cast<int>((u->window_to.value_or(last) - first).count());
  if (e.window_to < e.window_from) e.window_to = e.window_from;
  events.push_back(std::move(e));
  return events;
}

Quantity Uncertainties::activity(const Activity& a) {
  Quantity q = make("construction", a.construction_template + "." + a.id, "weeks");
  q.measure = Measure::days;
  const bool told = a.weeks_p10 > 0 && a.weeks_p90 > a.weeks_p10;
  q.distribution = told ? Distribution::lognormal(7 * a.weeks_p10, 7 * a.weeks_p50, 7 * a.weeks_p90) : Distribution::fixed(7 * a.weeks_p50);
  std::vector<std::string> groups;
  if (!a.equipment.empty()) groups.push_back("equipment:" + a.equipment);
  groups.push_back("template:" + a.construction_template);
  if (const auto* u = find("construction", a.construction_template + "." + a.id, "weeks", groups, false)) {
    Quantity by;
    from_row(by, *u, 1);
    q.distribution = by.distribution.scaled(7 * a.weeks_p50);
    if (!u->factor.empty()) q.factor = factor_index(u->factor), q.loading = u->loading;
  } else if (told) {
    q.factor = factor_index("construction");
    q.loading = usual_loading;
  }
  return q;
}

void Uncertainties::close(std::vector<Quantity*> quantities, std::vector<Event*> events) {
  // Labels that share a cause are one group: union of "table.column" and "cause: f".
  std::vector<std::string> labels;
  const auto label_index = [&](const std::string& label) {
    const auto at = std::ranges::find(labels, label);
    if (at != labels.end()) return static_cast<std::size_t>(at - labels.begin());
    labels.push_back(label);
    return labels.size() - 1;
  };
  std::vector<std::size_t> of_stream;
  for (const auto& l : label_of_) of_stream.push_back(label_index(l));
  std::vector<std::size_t> parent(labels.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  std::vector<bool> uncertain(labels.size(), false);
  const auto note = [&](const Quantity& q, bool moves) {
    if (!moves) return;
    uncertain[of_stream[q.stream]] = true;
    if (q.factor < 0 || q.loading == 0) return;
    const auto f = streams_.factors[static_cast<std::size_t>(q.factor)].stream;
    uncertain[of_stream[f]] = true;
    parent[root(of_stream[q.stream])] = root(of_stream[f]);
  };
  for (const auto* q : quantities) note(*q, !q->distribution.is_fixed());
  for (const auto* e : events) note(e->size, e->probability > 0);
  std::map<std::size_t, int> group_of_root;
  std::map<std::size_t, std::vector<std::string>> names;
  for (std::size_t l = 0; l < labels.size(); ++l)
    if (uncertain[l]) names[root(l)].push_back(labels[l]);
  for (auto& [r, list] : names) {
    group_of_root[r] = static_cast<int>(streams_.groups.size());
    std::string name;
    for (const auto& l : list)
      if (l.starts_with("cause: ")) name += (name.empty() ? "" : " and ") + l.substr(7);
    if (name.empty()) name = list.front();
    streams_.groups.push_back(name);
  }
  streams_.group_of.clear();
  for (const auto l : of_stream) {
    const auto at = group_of_root.find(root(l));
    streams_.group_of.push_back(at == group_of_root.end() ? -1 : at->second);
  }
  for (auto& f : streams_.factors) f.group = streams_.group_of[f.stream];
  for (auto* q : quantities) q->group = q->stream < of_stream.size() ? streams_.group_of[q->stream] : -1;
  for (auto* e : events) e->size.group = streams_.group_of[e->size.stream];
}

}  // namespace stargate::risk
