#include "chips/yield.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"

namespace stargate::chips {

namespace {
constexpr std::array<std::pair<std::string_view, YieldModel>, 4> models{
    {{"poisson", YieldModel::poisson},
     {"murphy", YieldModel::murphy},
     {"negative_binomial", YieldModel::negative_binomial},
     {"seeds", YieldModel::seeds}}};

void require(bool holds, std::string_view what, double found, std::string_view allowed) {
  if (!holds) throw InputError({}, std::format("{} is {}", what, found), std::string(allowed));
}
}  // namespace

YieldModel parse_yield_model(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [text, model] : models) {
    if (text == name) return model;
    names.emplace_back(text);
  }
  throw InputError({}, std::format("there is no yield model '{}'", name), name_hint(name, names));
}

std::string_view name_of(YieldModel model) {
  return std::ranges::find(models, model, &std::pair<std::string_view, YieldModel>::second)->first;
}

double die_yield(YieldModel model, double die_area_mm2, double defects_per_cm2, double clustering) {
  require(die_area_mm2 >= 0, "die area", die_area_mm2, "0 mm2 or more");
  require(defects_per_cm2 >= 0, "defect density", defects_per_cm2, "0 per cm2 or more");
  const double x = die_area_mm2 / 100 * defects_per_cm2;
  switch (model) {
    case YieldModel::poisson:
      return std::exp(-x);
    case YieldModel::murphy:
      return x > 0 ? std::pow(-std::expm1(-x) / x, 2) : 1;
    case YieldModel::negative_binomial:
      require(clustering > 0, "clustering", clustering, "more than 0");
      return std::exp(-clustering * std::log1p(x / clustering));
    case YieldModel::seeds:
      return 1 / (1 + x);
  }
  std::unreachable();
}

double gross_dies(double die_area_mm2, double wafer_diameter_mm, double edge_exclusion_mm) {
  require(die_area_mm2 > 0, "die area", die_area_mm2, "more than 0 mm2");
  const double d = wafer_diameter_mm - 2 * edge_exclusion_mm;
  require(d > 0, "usable wafer diameter", d, "more than 0 mm");
  return std::max(0.0, std::numbers::pi * d * (d / (4 * die_area_mm2) - 1 / std::sqrt(2 * die_area_mm2)));
}

int counted_dies(double width_mm, double height_mm, double scribe_mm, double wafer_diameter_mm,
                 double edge_exclusion_mm) {
  require(width_mm > 0, "die width", width_mm, "more than 0 mm");
  require(height_mm > 0, "die height", height_mm, "more than 0 mm");
  const double radius = wafer_diameter_mm / 2 - edge_exclusion_mm, step_x = width_mm + scribe_mm,
               step_y = height_mm + scribe_mm;
  constexpr int offsets = 16;
  const auto fits = [&](double x, double y) { return std::hypot(x, y) <= radius; };
  int most = 0;
  for (int ox = 0; ox < offsets; ++ox)
    for (int oy = 0; oy < offsets; ++oy) {
      int count = 0;
      const double left = -radius - step_x + ox * step_x / offsets, low = -radius - step_y + oy * step_y / offsets;
      for (double x = left; x < radius; x += step_x)
        for (double y = low; y < radius; y += step_y)
          count += fits(x, y) && fits(x + width_mm, y) && fits(x, y + height_mm) && fits(x + width_mm, y + height_mm);
      most = std::max(most, count);
    }
  return most;
}

double good_dies(double gross, double yield, double salvage) { return gross * (yield + (1 - yield) * salvage); }

}  // namespace stargate::chips
