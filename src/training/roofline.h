#pragma once
#include <string>
#include <vector>

#include "training/layer.h"

namespace stargate::training {

/// One kind of work of a layer's forward pass on one chip: arithmetic, HBM traffic, time as modelled.
struct RooflinePoint {
  std::string name;
  double flops = 0, bytes = 0, seconds = 0;
  double peak_flops_per_s = 0;  ///< of its precision
  double intensity() const { return flops / bytes; }
  double rate() const { return flops / seconds; }
};
/// The products, attention and element-wise kernels of one micro-batch.
std::vector<RooflinePoint> roofline(const ModelShape& shape, const Strategy& strategy, const Machine& machine);
/// A picture: both axes logarithmic, the roof from the data sheet, the points as modelled.
std::string roofline_svg(const std::vector<RooflinePoint>& points, const Machine& machine, Precision precision);

}  // namespace stargate::training
