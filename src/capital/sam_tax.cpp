#include <array>
#include <format>
#include <numeric>

#include "capital/depreciation.h"
#include "capital/sam_model.h"

namespace stargate::capital::sam {

namespace {

constexpr std::array<const char*, 7> class_names{"macrs_5", "macrs_15", "sl_5", "sl_15", "sl_20", "sl_39", "custom"};
using ByClass = std::array<double, class_names.size()>;

double total(const ByClass& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// Share of the basis written off in each year, by class; index 0 is year 0.
std::array<AnnualLine, class_names.size()> schedules(const Model& model) {
  std::array<AnnualLine, class_names.size()> lines;
  const std::array<DepreciationClass, 6> classes{DepreciationClass::macrs_5,     DepreciationClass::macrs_15,
                                                 DepreciationClass::straight_5,  DepreciationClass::straight_15,
                                                 DepreciationClass::straight_20, DepreciationClass::straight_39};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    lines[c].assign(static_cast<std::size_t>(model.years) + 1, 0.0);
    for (int y = 1; y <= model.years; ++y) lines[c][static_cast<std::size_t>(y)] = depreciation_share(classes[c], y);
  }
  const auto percent = model.in.array("depr_custom_schedule");
  AnnualLine& custom = lines.back();
  custom.assign(static_cast<std::size_t>(model.years) + 1, 0.0);
  for (std::size_t y = 1; y < custom.size() && y <= percent.size(); ++y) custom[y] = percent[y - 1] / 100;
  return lines;
}

/// One tax system: "fed" or "sta".
struct Side {
  std::string name;
  double reduction_ibi = 0, reduction_cbi = 0;
  ByClass share{};                    ///< of the incentives that reduce the basis
  ByClass qualifies{}, qualifying{};  ///< 0 or 1; USD that earn the credit
  double qualifying_total = 0, credit_percent = 0, credit_amount = 0;
  ByClass disallowed_percent{}, disallowed_amount{};  ///< half of the credit, by class
  ByClass basis{}, bonus{};                           ///< after bonus; written off at once in year 1
};

/// Investment tax credit of one side: fixed amounts and a percentage of the qualifying cost, by the year they are
/// taken.
void credit(Model& model, Side& side, const ByClass& allocated) {
  const SamCase& in = model.in;
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    side.qualifies[c] = in.flag(std::format("depr_itc_{}_{}", side.name, class_names[c]));
    side.qualifying[c] = side.qualifies[c] * (allocated[c] - side.share[c] * (side.reduction_ibi + side.reduction_cbi));
  }
  side.qualifying_total = total(side.qualifying);
  AnnualLine& amount = model.line(std::format("cf_itc_{}_amount", side.name));
  AnnualLine& percent_amount = model.line(std::format("cf_itc_{}_percent_amount", side.name));
  AnnualLine& taken = model.line(std::format("cf_itc_{}", side.name));
  const auto amounts = in.array(std::format("itc_{}_amount", side.name));
  const auto percents = in.array(std::format("itc_{}_percent", side.name));
  const AnnualLine most = yearly(model, std::format("itc_{}_percent_maxvalue", side.name), 1);
  for (std::size_t y = 1; y < taken.size(); ++y) {
    if (y <= amounts.size()) amount[y] = amounts[y - 1];
    if (y <= percents.size()) percent_amount[y] = std::min(most[y], percents[y - 1] * 0.01 * side.qualifying_total);
    taken[y] = amount[y] + percent_amount[y];
    side.credit_amount += amount[y];
    side.credit_percent += percent_amount[y];
  }
  if (side.qualifying_total <= 0) return;
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    const double half = 0.5 * side.qualifies[c] * side.qualifying[c] / side.qualifying_total;
    side.disallowed_percent[c] = half * side.credit_percent;
    side.disallowed_amount[c] = half * side.credit_amount;
  }
}

/// Part of a credit of `from` by which the basis of `of` falls, per class.
double basis_cut(const SamCase& in, const Side& from, const std::string& of, std::size_t c) {
  return in.flag(std::format("itc_{}_percent_deprbas_{}", from.name, of)) * from.disallowed_percent[c] +
         in.flag(std::format("itc_{}_amount_deprbas_{}", from.name, of)) * from.disallowed_amount[c];
}

void write_table(Model& model, const Side& side, const Side& fed, const Side& sta, const ByClass& allocated,
                 double allocated_total) {
  const SamCase& in = model.in;
  const auto put = [&](std::string_view what, std::string_view asset, double value) {
    model.out.number(std::format("depr_{}bas_{}_{}", side.name, what, asset)) = value;
  };
  ByClass cut_fed{}, cut_sta{};
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    const char* asset = class_names[c];
    cut_fed[c] = basis_cut(in, fed, side.name, c);
    cut_sta[c] = basis_cut(in, sta, side.name, c);
    const double part = side.qualifying_total > 0 ? side.qualifying[c] / side.qualifying_total : 0;
    put("percent", asset, 100 * side.share[c]);
    put("ibi_reduc", asset, side.share[c] * side.reduction_ibi);
    put("cbi_reduc", asset, side.share[c] * side.reduction_cbi);
    put("prior_itc", asset, allocated[c] - side.share[c] * side.reduction_ibi - side.share[c] * side.reduction_cbi);
    put("percent_qual", asset, 100 * part);
    put("percent_amount", asset, part * side.credit_percent);
    put("fixed_amount", asset, part * side.credit_amount);
    put("itc_sta_reduction", asset, cut_sta[c]);
    put("itc_fed_reduction", asset, cut_fed[c]);
    put("after_itc", asset, side.basis[c] + side.bonus[c]);
    put("first_year_bonus", asset, side.bonus[c]);
    model.out.number(std::format("depr_{}bas_{}", side.name, asset)) = side.basis[c];
    model.out.number(std::format("itc_{}_qual_{}", side.name, asset)) = side.qualifying[c];
    model.out.number(std::format("itc_disallow_{}_percent_{}", side.name, asset)) = side.disallowed_percent[c];
    model.out.number(std::format("itc_disallow_{}_fixed_{}", side.name, asset)) = side.disallowed_amount[c];
    model.out.number(std::format("depr_alloc_{}", asset)) = allocated[c];
  }
  put("percent", "total", 100 * total(side.share));
  put("ibi_reduc", "total", side.reduction_ibi);
  put("cbi_reduc", "total", side.reduction_cbi);
  put("prior_itc", "total", allocated_total - side.reduction_ibi - side.reduction_cbi);
  put("percent_qual", "total", 100);
  put("percent_amount", "total", side.credit_percent);
  put("fixed_amount", "total", side.credit_amount);
  put("itc_sta_reduction", "total", total(cut_sta));
  put("itc_fed_reduction", "total", total(cut_fed));
  put("after_itc", "total", total(side.basis) + total(side.bonus));
  put("first_year_bonus", "total", total(side.bonus));
  model.out.number(std::format("depr_{}bas_total", side.name)) = total(side.basis);
  model.out.number(std::format("itc_{}_qual_total", side.name)) = side.qualifying_total;
  model.out.number(std::format("itc_disallow_{}_percent_total", side.name)) = total(side.disallowed_percent);
  model.out.number(std::format("itc_disallow_{}_fixed_total", side.name)) = total(side.disallowed_amount);
  model.out.number(std::format("itc_{}_percent_total", side.name)) = side.credit_percent;
  model.out.number(std::format("itc_{}_fixed_total", side.name)) = side.credit_amount;
  model.out.number(std::format("itc_total_{}", side.name)) = side.credit_percent + side.credit_amount;
}

/// Yearly depreciation of the plant and of equipment replaced out of the reserves.
void depreciate(Model& model, const Side& side, const std::array<AnnualLine, class_names.size()>& schedule) {
  const std::string prefix = std::format("cf_{}depr_", side.name);
  AnnualLine& all = model.line(prefix + "total");
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    AnnualLine& line = model.line(prefix + class_names[c]);
    for (std::size_t y = 1; y < line.size(); ++y) all[y] += line[y] = schedule[c][y] * side.basis[c];
  }
  const int chosen = model.in.whole("equip_reserve_depr_" + side.name);
  if (chosen < 0 || chosen >= static_cast<int>(class_names.size()))
    model.in.fail("equip_reserve_depr_" + side.name, std::format("depreciation class {} of reserve equipment", chosen),
                  "0 to 6: MACRS 5 and 15, straight line 5, 15, 20 and 39 years, custom");
  const AnnualLine& write_off = schedule[static_cast<std::size_t>(chosen)];
  for (const std::string n : {"1", "2", "3"}) {
    const AnnualLine& spent = model.line("cf_disbursement_equip" + n);
    AnnualLine& line = model.line(prefix + "me" + n);
    for (std::size_t bought = 1; bought < spent.size(); ++bought)
      for (std::size_t y = bought; y < line.size() && spent[bought] != 0; ++y)
        line[y] -= spent[bought] * write_off[y - bought + 1];
    for (std::size_t y = 1; y < line.size(); ++y) all[y] += line[y];
  }
  if (all.size() > 1) all[1] += total(side.bonus);
}

}  // namespace

void tax_credits_and_depreciation(Model& model, const Incentives& incentives, double basis) {
  const SamCase& in = model.in;
  ByClass fraction{};
  for (std::size_t c = 0; c < class_names.size(); ++c)
    fraction[c] = in.fraction(std::format("depr_alloc_{}_percent", class_names[c]));
  const double depreciable = total(fraction);
  ByClass allocated{};
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    if (depreciable > 0) fraction[c] /= depreciable;
    allocated[c] = fraction[c] * (depreciable * basis);
  }

  Side fed{.name = "fed",
           .reduction_ibi = incentives.basis_reduction_ibi_fed,
           .reduction_cbi = incentives.basis_reduction_cbi_fed};
  Side sta{.name = "sta",
           .reduction_ibi = incentives.basis_reduction_ibi_sta,
           .reduction_cbi = incentives.basis_reduction_cbi_sta};
  for (Side* side : {&sta, &fed}) {
    side->share = fraction;
    if (in.whole(std::format("depr_{}bas_method", side->name)) == 0) side->share = {1.0};  // all from the 5-year class
    credit(model, *side, allocated);
  }
  AnnualLine& both = model.line("cf_itc_total");
  for (std::size_t y = 0; y < both.size(); ++y) both[y] = model.line("cf_itc_fed")[y] + model.line("cf_itc_sta")[y];
  model.out.number("itc_total") = total({fed.credit_percent, fed.credit_amount, sta.credit_percent, sta.credit_amount});

  const auto schedule = schedules(model);
  for (Side* side : {&sta, &fed}) {
    for (std::size_t c = 0; c < class_names.size(); ++c) {
      const double reduction = side->share[c] * (side->reduction_ibi + side->reduction_cbi);
      const double basis_of_class =
          allocated[c] - reduction - basis_cut(in, fed, side->name, c) - basis_cut(in, sta, side->name, c);
      const bool has_bonus = in.flag(std::format("depr_bonus_{}_{}", side->name, class_names[c]));
      side->bonus[c] = has_bonus ? in.fraction("depr_bonus_" + side->name) * basis_of_class : 0;
      side->basis[c] = basis_of_class - side->bonus[c];
    }
    depreciate(model, *side, schedule);
  }
  for (const Side* side : {&sta, &fed}) write_table(model, *side, fed, sta, allocated, depreciable * basis);
  model.out.number("depr_alloc_total") = depreciable * basis;
  model.out.number("depr_alloc_none_percent") = 100 * (1 - depreciable);
  model.out.number("depr_alloc_none") = (1 - depreciable) * depreciable * basis;
  model.out.number("pre_depr_alloc_basis") = model.out.number("pre_itc_qual_basis") = basis;
}

}  // namespace stargate::capital::sam
