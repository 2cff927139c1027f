#pragma once
#include <string_view>

namespace stargate::chips {

/// Ways to turn a defect density into the share of dies without a defect. With x = die area x defect density:
///   poisson             exp(-x)                    defects independent of one another
///   murphy              ((1 - exp(-x)) / x)^2      triangular spread of densities (Murphy, Proc. IEEE 52, 1964)
///   negative_binomial   (1 + x/a)^-a               gamma spread with clustering a (Stapper, IBM J. R&D 27, 1983)
///   seeds               1 / (1 + x)                exponential spread (Seeds, IEEE IEDM, 1967)
enum class YieldModel { poisson, murphy, negative_binomial, seeds };

/// "poisson", ...; InputError with the names that are allowed.
YieldModel parse_yield_model(std::string_view name);
std::string_view name_of(YieldModel model);

/// Share of dies without a defect, in [0, 1]; falls with area and with defect density. `clustering` counts for the
/// negative binomial only. InputError for a negative area or density, or a clustering that is not positive.
double die_yield(YieldModel model, double die_area_mm2, double defects_per_cm2, double clustering = 3);

/// Dies on a round wafer by area, less those cut by the edge: pi d^2 / 4A - pi d / sqrt(2A), not below 0
/// (Ferris-Prabhu, IEEE Trans. Semicond. Manuf. 1992, with his edge term). `edge_exclusion_mm` is taken off the radius.
double gross_dies(double die_area_mm2, double wafer_diameter_mm = 300, double edge_exclusion_mm = 0);

/// Dies counted one by one: the most whole rectangles of a grid (with scribe lines) that lie on the wafer, over grid
/// positions tried in steps of a sixteenth of a die. O(256 x dies).
int counted_dies(double width_mm, double height_mm, double scribe_mm = 0.1, double wafer_diameter_mm = 300,
                 double edge_exclusion_mm = 3);

/// Dies of a wafer that can be sold: those without a defect and `salvage` of the others (parts switched off).
double good_dies(double gross, double yield, double salvage = 0);

}  // namespace stargate::chips
