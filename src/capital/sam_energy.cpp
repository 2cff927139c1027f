#include <array>
#include <cmath>
#include <format>

#include "capital/sam_model.h"

namespace stargate::capital::sam {

namespace {

constexpr std::size_t hours_of_year = 8760;
constexpr std::array days_of_month{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
constexpr std::array month_names{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::size_t period_count = 9;

std::vector<std::size_t> months_of_hours() {
  std::vector<std::size_t> months;
  months.reserve(hours_of_year);
  for (std::size_t m = 0; m < days_of_month.size(); ++m) months.insert(months.end(), 24u * days_of_month[m], m);
  return months;
}

/// Time-of-delivery period (0 to 8) of every hour; the schedules are 12 months by 24 hours, day 1 is a Monday unless
/// start_day_of_year says otherwise.
std::vector<std::size_t> periods_of_hours(const SamCase& in) {
  const auto weekday = in.matrix("dispatch_sched_weekday"), weekend = in.matrix("dispatch_sched_weekend");
  for (const auto& [name, schedule] :
       {std::pair{"dispatch_sched_weekday", &weekday}, {"dispatch_sched_weekend", &weekend}})
    if (schedule->size() != 12 || std::ranges::any_of(*schedule, [](const auto& row) { return row.size() != 24; }))
      in.fail(name, std::format("'{}' is not 12 rows of 24 periods", name), "one row a month, one period an hour");
  const auto months = months_of_hours();
  const int first_day = in.whole("start_day_of_year");
  std::vector<std::size_t> periods(hours_of_year);
  for (std::size_t h = 0; h < hours_of_year; ++h) {
    const bool workday = (static_cast<int>(h / 24) + first_day) % 7 < 5;
    const double period = (workday ? weekday : weekend)[months[h]][h % 24];
    periods[h] = static_cast<std::size_t>(std::clamp(period, 1.0, 9.0)) - 1;
  }
  return periods;
}

struct Generation {
  std::vector<double> sold_kw, bought_kw;             ///< as given, split by sign
  std::vector<double> net_kwh, sold_kwh, bought_kwh;  ///< by the hour
  std::size_t steps_per_hour = 1;
  double hours_per_step = 1;
};

std::vector<double> hourly(const std::vector<double>& power_kw, std::size_t steps, double hours_per_step) {
  std::vector<double> energy(power_kw.size() / steps);
  for (std::size_t h = 0; h < energy.size(); ++h)
    for (std::size_t k = 0; k < steps; ++k) energy[h] += power_kw[h * steps + k] * hours_per_step;
  return energy;
}

Generation generation_of(const Model& model, bool lifetime) {
  const auto power_kw = model.in.array("gen");
  const std::size_t years_given = lifetime ? static_cast<std::size_t>(model.years) : 1;
  Generation g;
  g.steps_per_hour = power_kw.size() / years_given / hours_of_year;
  if (g.steps_per_hour < 1 || g.steps_per_hour > 60 ||
      g.steps_per_hour * hours_of_year * years_given != power_kw.size())
    model.in.fail("gen", std::format("'gen' has {} values", power_kw.size()),
                  std::format("8760 times 1 to 60 steps an hour{} are needed", lifetime ? ", for every year" : ""));
  // SAM divides in single precision; at five-minute steps that is 3e-8 of the energy, so it is done here too.
  g.hours_per_step = 1.0f / static_cast<float>(g.steps_per_hour);
  for (const double kw : power_kw) {
    g.sold_kw.push_back(std::max(kw, 0.0));
    g.bought_kw.push_back(std::min(kw, 0.0));
  }
  g.net_kwh = hourly(power_kw, g.steps_per_hour, g.hours_per_step);
  g.sold_kwh = hourly(g.sold_kw, g.steps_per_hour, g.hours_per_step);
  g.bought_kwh = hourly(g.bought_kw, g.steps_per_hour, g.hours_per_step);
  return g;
}

AnnualLine degradation_of(const Model& model, bool lifetime) {
  AnnualLine line(static_cast<std::size_t>(model.years) + 1);
  const auto percent = lifetime ? SamCase::Array{0} : model.in.array("degradation");
  for (std::size_t y = 1; y < line.size(); ++y)
    if (percent.size() == 1)
      line[y] = std::pow(1 - percent[0] / 100, static_cast<double>(y - 1));
    else if (y <= percent.size())
      line[y] = 1 - percent[y - 1] / 100;
  return line;
}

/// Adds `values` (8760, or 8760 times the years) into `slots` lines by the slot of each hour. One year is repeated,
/// degraded; a lifetime is taken as it is.
std::vector<AnnualLine> sums_by(const std::vector<double>& values, const std::vector<std::size_t>& slot_of,
                                std::size_t slots, const AnnualLine& degradation) {
  const std::size_t per_year = slot_of.size();
  std::vector<AnnualLine> lines(slots, AnnualLine(degradation.size()));
  for (std::size_t i = 0; i < values.size(); ++i) lines[slot_of[i % per_year]][1 + i / per_year] += values[i];
  if (values.size() == per_year)
    for (auto& line : lines) {
      const double year1 = line[1];
      for (std::size_t y = 0; y < line.size(); ++y) line[y] = year1 * degradation[y];
    }
  return lines;
}

AnnualLine sum_line(const std::vector<double>& hourly_kwh, const AnnualLine& degradation) {
  const std::vector<std::size_t> one_slot(hours_of_year, 0);
  return sums_by(hourly_kwh, one_slot, 1, degradation).front();
}

void price_by_period(Model& model, const Generation& g, Energy& e) {
  const auto period_of = periods_of_hours(model.in);
  const auto months = months_of_hours();
  if (model.in.has("dispatch_tod_factors"))
    e.factors = model.in.array("dispatch_tod_factors");
  else  // cases written before 2022 name them one by one
    for (std::size_t p = 1; p <= period_count; ++p)
      e.factors.push_back(model.in.number(std::format("dispatch_factor{}", p)));
  if (e.factors.size() != period_count)
    model.in.fail("dispatch_tod_factors", std::format("'dispatch_tod_factors' has {} values", e.factors.size()),
                  "one for each of the nine periods");
  std::vector<std::size_t> month_and_period(hours_of_year);
  auto& multipliers = model.out.series["ppa_multipliers"];
  for (std::size_t h = 0; h < hours_of_year; ++h) {
    month_and_period[h] = months[h] * period_count + period_of[h];
    multipliers.push_back(e.factors[period_of[h]]);
  }
  const auto cells = sums_by(g.sold_kwh, month_and_period, 12 * period_count, e.degradation);
  const AnnualLine zeros(e.degradation.size());
  e.month_kwh.assign(12, zeros);
  e.month_value.assign(12, zeros);
  e.period_kwh.assign(period_count, zeros);
  e.period_month_kwh.assign(period_count, std::vector<double>(12));
  for (std::size_t m = 0; m < 12; ++m)
    for (std::size_t p = 0; p < period_count; ++p) {
      const AnnualLine& cell = cells[m * period_count + p];
      for (std::size_t y = 0; y < cell.size(); ++y) {
        e.month_kwh[m][y] += cell[y];
        e.month_value[m][y] += cell[y] * e.factors[p];
        e.period_kwh[p][y] += cell[y];
        e.tod_value[y] += cell[y] * e.factors[p];
      }
      e.period_month_kwh[p][m] = cell[1];
    }
}

void price_by_step(Model& model, const Generation& g, Energy& e) {
  const auto multipliers = model.in.array("dispatch_factors_ts");
  const std::size_t per_year = hours_of_year * g.steps_per_hour;
  if (multipliers.size() != per_year)
    model.in.fail("dispatch_factors_ts", std::format("'dispatch_factors_ts' has {} values", multipliers.size()),
                  std::format("'gen' has {} a year; they must agree", per_year));
  const auto months = months_of_hours();
  std::vector<std::size_t> month_of(per_year);
  for (std::size_t i = 0; i < per_year; ++i) month_of[i] = months[i / g.steps_per_hour];
  std::vector<double> energy(g.sold_kw.size()), value(g.sold_kw.size());
  for (std::size_t i = 0; i < energy.size(); ++i) {
    energy[i] = g.sold_kw[i] * g.hours_per_step;
    value[i] = energy[i] * multipliers[i % per_year];
  }
  e.month_kwh = sums_by(energy, month_of, 12, e.degradation);
  e.month_value = sums_by(value, month_of, 12, e.degradation);
  for (const AnnualLine& month : e.month_value)
    for (std::size_t y = 0; y < month.size(); ++y) e.tod_value[y] += month[y];
  model.out.series["ppa_multipliers"] = multipliers;
}

void curtailment(Model& model, const Energy& e, bool lifetime) {
  AnnualLine &curtailed = model.line("cf_energy_curtailed"), &value = model.line("cf_curtailment_value");
  const AnnualLine& net = model.line("cf_energy_net");
  const double before = model.in.number("annual_energy_pre_curtailment_ac");
  const auto price = model.in.array("grid_curtailment_price");
  const double growth = model.in.fraction("grid_curtailment_price_esc");
  std::vector<double> before_kw;
  if (lifetime) before_kw = model.in.array("system_pre_curtailment_kwac");
  const std::size_t per_year = before_kw.size() / static_cast<std::size_t>(model.years);
  for (std::size_t y = 1; y < curtailed.size(); ++y) {
    double potential = before * e.degradation[y];
    if (lifetime) {
      potential = 0;
      for (std::size_t i = 0; i < per_year; ++i)
        potential +=
            before_kw[(y - 1) * per_year + i] * (static_cast<double>(hours_of_year) / static_cast<double>(per_year));
    }
    curtailed[y] = std::max(0.0, potential - net[y]);
    value[y] = curtailed[y] * grown(price, growth, static_cast<int>(y));
  }
}

void capacity_payments(Model& model) {
  const int type = model.in.whole("cp_capacity_payment_type");
  if (type < 0 || type > 1)
    model.in.fail("cp_capacity_payment_type", std::format("'cp_capacity_payment_type' is {}", type),
                  "0 (USD/MW of credited capacity) or 1 (USD a year)");
  const auto amount = model.in.array("cp_capacity_payment_amount"),
             credit = model.in.array("cp_capacity_credit_percent");
  const double growth = model.in.fraction("cp_capacity_payment_esc"),
               nameplate_mw = model.in.number("cp_system_nameplate");
  AnnualLine& line = model.line("cf_capacity_payment");
  for (int y = 1; y <= model.years; ++y) {
    double& paid = line[static_cast<std::size_t>(y)];
    paid = grown(amount, growth, y);
    if (type == 0) paid *= grown(credit, 0, y) * 0.01 * nameplate_mw;
  }
}

}  // namespace

double grown(const SamCase::Array& values, double growth, int year) {
  if (values.size() == 1) return values[0] * std::pow(1 + growth, year - 1);
  return year <= static_cast<int>(values.size()) ? values[static_cast<std::size_t>(year) - 1] : 0.0;
}

AnnualLine escalated(const Model& model, std::string_view name, double scale, std::string_view escalation) {
  const double growth = model.inflation + (escalation.empty() ? 0.0 : model.in.fraction(escalation));
  const auto values = model.in.array(name);
  AnnualLine line(static_cast<std::size_t>(model.years) + 1);
  for (int y = 1; y <= model.years; ++y) line[static_cast<std::size_t>(y)] = scale * grown(values, growth, y);
  return line;
}

AnnualLine yearly(const Model& model, std::string_view name, double scale) {
  const auto values = model.in.array(name);
  AnnualLine line(static_cast<std::size_t>(model.years) + 1);
  for (int y = 1; y <= model.years; ++y) line[static_cast<std::size_t>(y)] = scale * grown(values, 0, y);
  return line;
}

Energy energy_of(Model& model) {
  const bool lifetime = model.in.whole("system_use_lifetime_output") == 1;
  const Generation g = generation_of(model, lifetime);
  Energy e;
  e.degradation = degradation_of(model, lifetime);
  e.tod_value.assign(e.degradation.size(), 0.0);
  e.hourly_purchases = g.bought_kwh;
  model.line("cf_energy_net") = sum_line(g.net_kwh, e.degradation);
  model.line("cf_energy_sales") = sum_line(g.sold_kwh, e.degradation);
  model.line("cf_energy_purchases") = sum_line(g.bought_kwh, e.degradation);
  if (model.in.has("gen_without_battery")) {
    const auto alone = model.in.array("gen_without_battery");
    if (!alone.empty() && alone.size() % hours_of_year == 0)
      model.line("cf_energy_without_battery") =
          sum_line(hourly(alone, g.steps_per_hour, g.hours_per_step), e.degradation);
  }
  curtailment(model, e, lifetime);
  capacity_payments(model);
  if (model.in.whole("ppa_multiplier_model") == 1)
    price_by_step(model, g, e);
  else
    price_by_period(model, g, e);
  model.out.series["revenue_gen"] = g.sold_kw;
  model.out.series["gen_purchases"] = g.bought_kw;
  return e;
}

void write_energy_revenue(Model& model, const Energy& e) {
  const AnnualLine& price = model.line("cf_ppa_price");  // cents per kWh
  for (std::size_t m = 0; m < 12; ++m) {
    model.line(std::format("cf_energy_sales_{}", month_names[m])) = e.month_kwh[m];
    AnnualLine& revenue = model.line(std::format("cf_revenue_{}", month_names[m]));
    for (std::size_t y = 0; y < price.size(); ++y) revenue[y] = price[y] / 100 * e.month_value[m][y];
  }
  for (std::size_t p = 0; p < e.period_kwh.size(); ++p) {
    const auto n = p + 1;
    model.line(std::format("cf_energy_sales_dispatch{}", n)) = e.period_kwh[p];
    AnnualLine& revenue = model.line(std::format("cf_revenue_dispatch{}", n));
    for (std::size_t y = 0; y < price.size(); ++y) revenue[y] = price[y] / 100 * e.factors[p] * e.period_kwh[p][y];
    const double kwh = e.period_kwh[p].size() > 1 ? e.period_kwh[p][1] : 0.0;
    model.out.number(std::format("firstyear_revenue_dispatch{}", n)) = revenue[1];
    model.out.number(std::format("firstyear_energy_dispatch{}", n)) = kwh;
    model.out.number(std::format("firstyear_energy_price{}", n)) = kwh == 0 ? 0 : revenue[1] / kwh * 100;
    auto& by_month = model.out.series[std::format("cf_revenue_monthly_firstyear_TOD{}", n)];
    for (const double month_kwh : e.period_month_kwh[p]) by_month.push_back(price[1] / 100 * e.factors[p] * month_kwh);
    model.out.series[std::format("cf_energy_sales_monthly_firstyear_TOD{}", n)] = e.period_month_kwh[p];
  }
}

}  // namespace stargate::capital::sam
