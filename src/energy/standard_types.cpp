#include "energy/standard_types.h"

#include <algorithm>

namespace stargate::energy {

namespace {

const std::vector<LineType>& standard_line_types() {
  static const std::vector<LineType> types{
      {"149-AL1/24-ST1A 10.0", 50, 0.194, 0.315, 11.25},
      {"149-AL1/24-ST1A 110.0", 50, 0.194, 0.41, 8.75},
      {"149-AL1/24-ST1A 20.0", 50, 0.194, 0.337, 10.5},
      {"15-AL1/3-ST1A 0.4", 50, 1.8769, 0.35, 11},
      {"184-AL1/30-ST1A 110.0", 50, 0.1571, 0.4, 8.8},
      {"184-AL1/30-ST1A 20.0", 50, 0.1571, 0.33, 10.75},
      {"24-AL1/4-ST1A 0.4", 50, 1.2012, 0.335, 11.25},
      {"243-AL1/39-ST1A 110.0", 50, 0.1188, 0.39, 9},
      {"243-AL1/39-ST1A 20.0", 50, 0.1188, 0.32, 11},
      {"305-AL1/39-ST1A 110.0", 50, 0.0949, 0.38, 9.2},
      {"48-AL1/8-ST1A 0.4", 50, 0.5939, 0.3, 12.2},
      {"48-AL1/8-ST1A 10.0", 50, 0.5939, 0.35, 10.1},
      {"48-AL1/8-ST1A 20.0", 50, 0.5939, 0.372, 9.5},
      {"490-AL1/64-ST1A 220.0", 50, 0.059, 0.285, 10},
      {"490-AL1/64-ST1A 380.0", 50, 0.059, 0.253, 11},
      {"94-AL1/15-ST1A 0.4", 50, 0.306, 0.29, 13.2},
      {"94-AL1/15-ST1A 10.0", 50, 0.306, 0.33, 10.75},
      {"94-AL1/15-ST1A 20.0", 50, 0.306, 0.35, 10},
      {"N2XS(FL)2Y 1x120 RM/35 64/110 kV", 50, 0.153, 0.166, 112},
      {"N2XS(FL)2Y 1x185 RM/35 64/110 kV", 50, 0.099, 0.156, 125},
      {"N2XS(FL)2Y 1x240 RM/35 64/110 kV", 50, 0.075, 0.149, 135},
      {"N2XS(FL)2Y 1x300 RM/35 64/110 kV", 50, 0.06, 0.144, 144},
      {"NA2XS2Y 1x185 RM/25 12/20 kV", 50, 0.161, 0.117, 273},
      {"NA2XS2Y 1x240 RM/25 12/20 kV", 50, 0.122, 0.112, 304},
      {"NA2XS2Y 1x95 RM/25 12/20 kV", 50, 0.313, 0.132, 216},
      {"NAYY 4x120 SE", 50, 0.225, 0.08, 264},
      {"NAYY 4x150 SE", 50, 0.208, 0.08, 261},
      {"NAYY 4x50 SE", 50, 0.642, 0.083, 210},
      {"Al/St 240/40 2-bundle 220.0", 50, 0.06, 0.301, 12.5},
      {"Al/St 240/40 3-bundle 300.0", 50, 0.04, 0.265, 13.2},
      {"Al/St 240/40 4-bundle 380.0", 50, 0.03, 0.246, 13.8},
      {"Al/St 490/64 4-bundle 380.0", 50, 0.015, 0.16, 16.5},
      {"HTLS 4-bundle 380.0", 50, 0.02, 0.26, 13.9},
      {"Al/St 560/50 4-bundle 750.0", 50, 0.013, 0.276, 13.13},
      {"HVDC XLPE 1000", 0, 0.0022, 0.000001, 10000},
      {"HVDC Oil filled 1400", 0, 0.00264, 0.000001, 10000},
  };
  return types;
}

const std::vector<TransformerType>& standard_transformer_types() {
  static const std::vector<TransformerType> types{
      {"0.25 MVA 10/0.4 kV", 50, 0.25, 4, 1.2, 150, 0, 2.5},      {"0.25 MVA 20/0.4 kV", 50, 0.25, 6, 1.44, 150, 0, 2.5},
      {"0.4 MVA 10/0.4 kV", 50, 0.4, 4, 1.325, 150, 0, 2.5},      {"0.4 MVA 20/0.4 kV", 50, 0.4, 6, 1.425, 150, 0, 2.5},
      {"0.63 MVA 10/0.4 kV", 50, 0.63, 4, 1.0794, 150, 0, 2.5},   {"0.63 MVA 20/0.4 kV", 50, 0.63, 6, 1.206, 150, 0, 2.5},
      {"100 MVA 220/110 kV", 50, 100, 12, 0.26, 0, 0, 1.5},       {"160 MVA 380/110 kV", 50, 160, 12.2, 0.25, 0, 0, 1.5},
      {"25 MVA 110/10 kV", 50, 25, 10.04, 0.276, 150, 0, 1.5},    {"25 MVA 110/20 kV", 50, 25, 11.2, 0.282, 150, 0, 1.5},
      {"40 MVA 110/10 kV", 50, 40, 10.04, 0.295, 150, 0, 1.5},    {"40 MVA 110/20 kV", 50, 40, 11.2, 0.302, 150, 0, 1.5},
      {"63 MVA 110/10 kV", 50, 63, 10.04, 0.31, 150, 0, 1.5},     {"63 MVA 110/20 kV", 50, 63, 11.2, 0.322, 150, 0, 1.5},
  };
  return types;
}

template <class Type>
std::optional<Type> find(const std::vector<Type>& own, const std::vector<Type>& standard, std::string_view name) {
  for (const auto* types : {&own, &standard}) {
    const auto at = std::ranges::find(*types, name, &Type::name);
    if (at != types->end()) return *at;
  }
  return std::nullopt;
}

}  // namespace

std::optional<LineType> find_line_type(const Network& network, std::string_view name) {
  return find(network.line_types, standard_line_types(), name);
}
std::optional<TransformerType> find_transformer_type(const Network& network, std::string_view name) {
  return find(network.transformer_types, standard_transformer_types(), name);
}

}  // namespace stargate::energy
