// Piecewise-linear curves of any shape. Where inequalities say it all they do: a cost that is convex (each of its lines bounds it
// from below), an exact curve that is straight. Else segments fill one after the other (Markowitz and Manne, Econometrica 25(1),
// 1957): of n segments of width w and height h, with u = 1 where the member runs,
//   x = x0 u + sum w(i) d(i),  y = y0 u + sum h(i) d(i),  d(1) <= u,  d(i+1) <= z(i) <= d(i),  z whole.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/builder.h"
#include "energy/curves.h"

namespace stargate::energy {

namespace {

/// Columns that a curve needs beside its value: a filling for each segment, a whole number between two.
std::size_t parts_of(const std::vector<CostPoint>& points, bool exact) {
  const Shape shape = shape_of(points);
  if (shape == Shape::straight || (shape == Shape::convex && !exact)) return 0;
  return 2 * (points.size() - 1) - 1;
}

void check_curve(const std::vector<CostPoint>& points, const std::string& name) {
  if (points.size() < 2) throw InputError({}, std::format("'{}': its curve has {} points", name, points.size()), "two at least are needed");
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (!std::isfinite(points[k].power_mw) || !std::isfinite(points[k].cost_per_h))
      throw InputError({}, std::format("'{}': point {} of its curve is no pair of finite numbers", name, k + 1));
    if (k > 0 && points[k].power_mw <= points[k - 1].power_mw)
      throw InputError({}, std::format("'{}': point {} of its curve does not lie right of the one before", name, k + 1));
  }
}

}  // namespace

void Builder::capital_curve(const Capacity& c, int column, double weight) {
  if (c.capital_curve.empty()) return;
  check_curve(c.capital_curve, c.name);
  const auto j = static_cast<std::size_t>(column);
  model_.lower[j] = std::max(model_.lower[j], c.capital_curve.front().power_mw);
  model_.upper[j] = std::min(model_.upper[j], c.capital_curve.back().power_mw);
  const int value = model_.add_column(-lp::infinity, lp::infinity, weight);
  out_.layout.capital.push_back(value);
  const std::size_t parts = parts_of(c.capital_curve, false);
  const int first = model_.columns();
  for (std::size_t k = 0; k < parts; ++k)
    out_.layout.capital.push_back(model_.add_column(0, 1, 0, k > parts / 2 && !options_.relax_integers));
  capital_curves_.push_back({&c, value, column, first, parts});
}

void Builder::capital_curve_rows() {
  for (const auto& c : capital_curves_)
    follow_curve(c.capacity->capital_curve, false, false,
                 {c.value, c.column, -1, 1, [&](std::size_t k) { return c.first_part + static_cast<int>(k); }}, c.parts);
}

void Builder::curve_columns(Scene& scene) {
  auto& curves = scene.ops.curves;
  const auto add = [&](CurveUse use, const Capacity& of) {
    if (use.points->empty() || !of.active) return;
    check_curve(*use.points, of.name);
    curves.push_back(use);
  };
  const auto costs = [&](const auto& members, List list) {
    for (std::size_t i = 0; i < members.size(); ++i)
      add({CurveUse::Of::cost, list, i, 0, &members[i].cost_curve, false, members[i].curve_bounds_power}, members[i]);
  };
  costs(scene.net.generators, List::generators);
  costs(scene.net.links, List::links);
  costs(scene.net.storage_units, List::storage_units);
  costs(scene.net.stores, List::stores);
  for (std::size_t i = 0; i < scene.net.generators.size(); ++i)
    add({CurveUse::Of::fuel, List::generators, i, 0, &scene.net.generators[i].fuel_curve, true, true}, scene.net.generators[i]);
  for (std::size_t i = 0; i < scene.net.links.size(); ++i)
    for (std::size_t k = 0; k < scene.net.links[i].ports.size(); ++k)
      add({CurveUse::Of::port, List::links, i, k, &scene.net.links[i].ports[k].curve, true, true}, scene.net.links[i]);
  std::size_t parts = 0;
  for (auto& c : curves) {
    c.first_part = parts;
    parts += c.parts = parts_of(*c.points, c.exact);
  }
  const std::size_t snapshots = scene.net.snapshots.size();
  scene.ops.curve_value = add_block(scene, curves.size());
  for (std::size_t t = 0; t < snapshots && !curves.empty(); ++t)
    for (const auto& c : curves) {
      const bool stands = stands_at(capacity_of(scene.net, c.list, c.member), scene.net, t);
      model_.add_column(stands ? -lp::infinity : 0, stands ? lp::infinity : 0, c.of == CurveUse::Of::cost ? cost(scene, t) : 0);
    }
  scene.ops.curve_parts = add_block(scene, parts);
  for (std::size_t t = 0; t < snapshots && parts > 0; ++t)
    for (const auto& c : curves)
      for (std::size_t k = 0; k < c.parts; ++k) model_.add_column(0, 1, 0, k > c.parts / 2 && !options_.relax_integers);
}

void Builder::curve_rows(Scene& scene) {
  for (std::size_t k = 0; k < scene.ops.curves.size(); ++k) {
    const CurveUse& c = scene.ops.curves[k];
    const Capacity& of = capacity_of(scene.net, c.list, c.member);
    const auto* commitment = c.list == List::generators ? &scene.ops.generators : c.list == List::links ? &scene.ops.links : nullptr;
    const int slot = commitment ? commitment->slot[c.member] : -1;
    if (slot >= 0 && of.module > 0 && c.parts > 0)
      throw InputError({}, std::format("'{}': a curve that is not convex does not tell what several committed modules do", of.name),
                       "one committed unit, or a convex cost");
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) {
      if (!stands_at(of, scene.net, t)) continue;
      const int power = scene.ops.flow[static_cast<std::size_t>(c.list)](t, c.member);
      const int status = slot >= 0 ? commitment->status(t, static_cast<std::size_t>(slot)) : -1;
      follow_curve(*c.points, c.exact, c.bounded,
                   {scene.ops.curve_value(t, k), power, status, 1, [&](std::size_t part) { return scene.ops.curve_parts(t, c.first_part + part); }},
                   c.parts);
    }
  }
}

void Builder::follow_curve(const std::vector<CostPoint>& given, bool exact, bool bounded, const CurveParts& columns, std::size_t parts) {
  std::vector<CostPoint> points = given;
  const auto j = static_cast<std::size_t>(columns.power);
  const auto running = [&](double factor) {  // factor * u, where u is a column; what is known of it is returned
    if (columns.status >= 0) model_.term(columns.status, factor);
    return columns.status >= 0 ? 0 : factor * columns.runs;
  };
  if (parts == 0) {
    if (bounded && columns.status < 0) {
      model_.lower[j] = std::max(model_.lower[j], points.front().power_mw);
      model_.upper[j] = std::min(model_.upper[j], points.back().power_mw);
    } else if (bounded) {
      for (const bool upper : {false, true}) {
        model_.term(columns.power, 1);
        running(-(upper ? points.back() : points.front()).power_mw);
        model_.end_row(upper ? -lp::infinity : 0, upper ? 0 : lp::infinity);
      }
    }
    for (std::size_t k = 1; k < points.size(); ++k) {
      const double slope = slope_of(points, k);
      if (k > 1 && std::abs(slope - slope_of(points, k - 1)) <= 1e-12 * std::abs(slope)) continue;
      model_.term(columns.value, 1);
      model_.term(columns.power, -slope);
      const double known = running(-(points[k].cost_per_h - slope * points[k].power_mw));
      model_.end_row(-known, exact ? -known : lp::infinity);
      if (exact) break;  // it is straight
    }
    return;
  }
  if (!bounded) {  // its outer segments reach as far as dispatch does
    const double low = model_.lower[j], high = model_.upper[j];
    if (!std::isfinite(low) || !std::isfinite(high))
      throw InputError({}, "a cost curve that is not convex needs power between finite limits", "give it its last point at the largest power");
    const std::size_t last = points.size() - 1;
    const double before = slope_of(points, 1), after = slope_of(points, last);
    if (low < points.front().power_mw) points.front() = {low, points.front().cost_per_h + before * (low - points.front().power_mw)};
    if (high > points.back().power_mw) points.back() = {high, points.back().cost_per_h + after * (high - points.back().power_mw)};
  }
  const std::size_t segments = points.size() - 1;
  for (const bool of_power : {true, false}) {
    const auto at = [&](std::size_t k) { return of_power ? points[k].power_mw : points[k].cost_per_h; };
    model_.term(of_power ? columns.power : columns.value, 1);
    for (std::size_t k = 0; k < segments; ++k) model_.term(columns.part(k), -(at(k + 1) - at(k)));
    const double known = running(-at(0));
    model_.end_row(-known, of_power || exact ? -known : lp::infinity);
  }
  model_.term(columns.part(0), 1);
  const double known = running(-1);
  model_.end_row(-lp::infinity, -known);
  for (std::size_t k = 0; k + 1 < segments; ++k) {
    const int whole = columns.part(segments + k);
    model_.add_row(-lp::infinity, 0, std::vector<lp::Term>{{whole, 1}, {columns.part(k), -1}});
    model_.add_row(-lp::infinity, 0, std::vector<lp::Term>{{columns.part(k + 1), 1}, {whole, -1}});
  }
}

}  // namespace stargate::energy
