#pragma once
#include <array>
#include <string_view>

namespace stargate::plan {

/// Every rule of docs/formulation.md that can bind or conflict. The names are the programme's own words.
enum class Rule {
  definition,  ///< rows that only name a quantity: installed IT power, cumulative draws, ..
  site_opens_once,
  earliest_start,
  blocks_after_opening,
  block_of_open_site,
  block_room,
  starts_per_quarter,
  forced_site,
  forbidden_site,
  first_state,
  new_states,
  site_limit,
  county_limit,
  zone_limit,
  ready_blocks,
  order_window,
  direct_supply,
  stage_supply,
  expansion_count,
  cloud_limit,
  equipment,
  gas_limit,
  grid_step,
  grid_lead,
  peak_power,
  n_plus_one,
  restricted_hours,
  site_hours,
  shed_share,
  shed_energy,
  onsite_least,
  onsite_limit,
  headroom,
  balance,
  plant_limit,
  hydro_energy,
  storage,
  line_limit,
  zone_build,
  tranches,
  commitment,
  largest_share,
  layer,
  cash,
  incentive_eligible,
  incentive_cap,
  carbon,
  site_water,
  water,
  target,
  count
};

struct RuleText {
  std::string_view id;     ///< as in tables and options
  std::string_view words;  ///< for a planner
  std::string_view unit;   ///< of the limit
};

inline constexpr std::array<RuleText, static_cast<std::size_t>(Rule::count)> rule_texts{{
    {"definition", "what a quantity is", ""},
    {"site_opens_once", "a site opens at most once", "openings"},
    {"earliest_start", "work at a site begins no earlier than its earliest start", "quarter"},
    {"blocks_after_opening", "blocks start after the site's own activities are done", "blocks"},
    {"block_of_open_site", "a site that opens has at least one block", "blocks"},
    {"block_room", "a site has room for its blocks", "blocks"},
    {"starts_per_quarter", "blocks started at a site in one quarter", "blocks"},
    {"forced_site", "a forced site is opened", "openings"},
    {"forbidden_site", "a forbidden site is not opened", "openings"},
    {"first_state", "the first site is in the named state", "openings"},
    {"new_states", "new states entered in a year", "states"},
    {"site_limit", "IT power at a site", "GW"},
    {"county_limit", "IT power in a county", "GW"},
    {"zone_limit", "IT power in a grid zone", "GW"},
    {"ready_blocks", "racks stand in ready blocks", "GW"},
    {"order_window", "racks are ordered inside the horizon, and delivered after their lead time", "quarter"},
    {"direct_supply", "racks of a system that the programme can have in a quarter", "thousand racks"},
    {"stage_supply", "output of a semiconductor stage that the programme can have in a quarter", "thousand units"},
    {"expansion_count", "supply expansions that can be bought", "expansions"},
    {"cloud_limit", "chips that a cloud contract offers", "thousand chips"},
    {"equipment", "long-lead equipment that can be ordered in a quarter", "GW"},
    {"gas_limit", "gas-fired power at a site", "GW"},
    {"grid_step", "power of a connection step", "GW"},
    {"grid_lead", "study and construction of a grid connection take their time", "quarter"},
    {"peak_power", "connection and on-site power carry the site's peak", "GW"},
    {"n_plus_one", "on-site power carries its share with one unit out", "GW"},
    {"restricted_hours", "a managed connection is not available in the grid's tightest hours", "GW"},
    {"site_hours", "connection and on-site power carry the site's load", "GW"},
    {"shed_share", "IT load that may be shed in an hour", "GW"},
    {"shed_energy", "IT load that may be shed in a quarter", "GWh"},
    {"onsite_least", "on-site power covers what the connection does not", "GW"},
    {"onsite_limit", "on-site power gives no more than what is in service", "GW"},
    {"headroom", "firm load that a zone can connect", "GW"},
    {"balance", "power is balanced in each zone and hour", "GWh"},
    {"plant_limit", "plant gives no more than its capacity", "GW"},
    {"hydro_energy", "water that hydro plant has for a day", "GWh"},
    {"storage", "storage keeps its energy balance", "GWh"},
    {"line_limit", "ties carry no more than their capacity", "GW"},
    {"zone_build", "plant and ties that can be added in a zone", "GW"},
    {"tranches", "money drawn stays within the tranches", "billion USD"},
    {"commitment", "money drawn stays within an investor's commitment", "billion USD"},
    {"largest_share", "an investor's largest share of all money", "billion USD"},
    {"layer", "money of a layer pays only for that layer", "billion USD"},
    {"cash", "no quarter is overspent", "billion USD"},
    {"incentive_eligible", "support is paid only on what is eligible", "billion USD"},
    {"incentive_cap", "support stays within its cap", "billion USD"},
    {"carbon", "added emissions in a year", "Mt"},
    {"site_water", "water at a site in a year", "GL"},
    {"water", "water at all sites in a year", "GL"},
    {"target", "what must be running by a date", ""},
}};

constexpr const RuleText& text_of(Rule rule) { return rule_texts[static_cast<std::size_t>(rule)]; }

}  // namespace stargate::plan
