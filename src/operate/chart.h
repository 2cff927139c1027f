#pragma once
#include <string>
#include <vector>

namespace stargate::operate {

/// A named row of values for a chart; missing `colour` takes the next of the palette.
struct Series {
  std::string name;
  std::vector<double> y;
  std::string colour{};
  std::vector<double> low{}, high{};   ///< a band around y, if there is one
  bool dashed = false;
};

struct Axes {
  std::string title, x_label, y_label;
  bool log_x = false;
};

/// Self-contained SVG pictures, 900 x 320 units, that scale to the page; text in the page's own font.
std::string stacked_areas(const Axes& axes, const std::vector<double>& x, const std::vector<Series>& series);
std::string lines(const Axes& axes, const std::vector<double>& x, const std::vector<Series>& series);
/// The whole, what is taken off it step by step, and what is left.
std::string waterfall(const Axes& axes, const std::string& whole, double total, const std::vector<std::pair<std::string, double>>& taken, const std::string& left);

/// Means with intervals beside zero, a row each; those that hold zero are grey.
struct Interval {
  std::string name;
  double mean = 0, low = 0, high = 0;
};
std::string intervals(const Axes& axes, const std::vector<Interval>& rows);

}  // namespace stargate::operate
