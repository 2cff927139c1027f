#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "programme/programme.h"

namespace stargate::sites {

/// What a site is judged by. Figures come from the programme's tables alone, before any plan.
struct Criterion {
  std::string_view id;  ///< as in [[site_weight]]
  std::string_view about, unit;
  bool more_is_better = false;
};

/// All criteria, in the order of docs/sites.md:
///   time_to_power      quarters until one block can be energised by connection steps asked for in the first quarter,
///   or
///                      by on-site plant within the gas limit, whichever is sooner; the whole horizon if neither
///                      suffices
///   power_mw           IT MW the site can reach: room, or connection steps and gas limit over its highest PUE
///   connection_cost    USD/kW of the connection steps, by MW
///   energy_price       USD/MWh: mean of the marginal fuel and variable cost of the zone's existing fleet over the
///                      representative days (merit order of the zone on its own), and delivery
///   construction_cost  USD/kW of IT, opening cost spread over all blocks
///   risk               index of the county
///   climate            mean PUE of the seasons
///   tax                USD/kW of IT: sales tax on racks at the middle price of the systems, and property tax for ten
///                      years at the discount rate, less what state incentives waive by rate and probability
///   water              litres per kWh
///   gas                on-site MW that pipeline and permit allow
///   neighbours         data centres within 50 km: labour, fibre and suppliers
const std::vector<Criterion>& criteria();

/// [site][criterion], as the programme lists sites and criteria() the criteria. O(sites + zones * steps * fleet).
std::vector<std::vector<double>> judge(const Programme& programme);

}  // namespace stargate::sites
