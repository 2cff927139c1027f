#pragma once
#include <string>
#include <vector>

namespace stargate::risk {

/// Pictures as SVG text that fits a page of 720 pixels; each has a title and a sentence for those who do not see it.

/// Fifty equally likely futures as fifty dots (a quantile dotplot, Fernandes and others, CHI 2018): count dots to tell odds.
/// `planned` is marked with a line. Values at or beyond `never` stand in a last column of their own, named `never_label`.
struct Dotplot {
  std::string title, sentence, unit;
  std::vector<double> values;
  double planned = 0;
  double never = 1e300;
  std::string never_label;
  std::vector<std::pair<double, std::string>> ticks;  ///< empty: chosen
};
std::string draw(const Dotplot& plot);

/// A line by quarter: the middle, half and four fifths of the futures, and the plan.
struct Fan {
  std::string title, sentence, unit;
  std::vector<std::string> labels;  ///< of the quarters
  std::vector<double> p10, p25, p50, p75, p90, planned;
};
std::string draw(const Fan& fan);

/// Bars, widest first, with the interval of each as a thin line.
struct Tornado {
  std::string title, sentence;
  struct Bar {
    std::string name;
    double value, low, high;
  };
  std::vector<Bar> bars;
};
std::string draw(const Tornado& tornado);

}  // namespace stargate::risk
