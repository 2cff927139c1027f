#include "programme/tables.h"

namespace stargate {

template <>
const Table<Settings>& table<Settings>() {
  using S = Settings;
  // The name before the point is the section of programme.toml.
  static const Table<S> t{
      "programme",
      "Single values of programme.toml: horizon, objective, geography, power, payments and limits.",
      {
          field("programme.name", &S::name, "name of the programme, as reports show it"),
          field("programme.currency_year", &S::currency_year, "year of the US dollars that all money is in")
              .range(2000, 2100),
          field("programme.start", &S::start, "first quarter of the programme"),
          field("programme.decisions_from", &S::decisions_from,
                "first quarter of decisions: what happened before it is given by commitments and the standing tables; "
                "empty: the first quarter")
              .optional(),
          field("programme.build_quarters", &S::build_quarters, "quarters in which something may be started")
              .range(1, 60),
          field("programme.tail_quarters", &S::tail_quarters,
                "quarters after that in which what was started is finished and operated")
              .range(0, 60),
          field("programme.discount_rate", &S::discount_rate, "a year; for compute and for money").range(0, 1),
          field("programme.terminal_years", &S::terminal_years,
                "years for which what runs in the last quarter goes on counting after the horizon")
              .range(0, 20),
          field("objective.kind", &S::objective,
                "compute: most discounted effective compute; cost: least present cost that meets the targets; value: "
                "most net "
                "present value at the compute price")
              .one_of({"compute", "cost", "value"}),
          field("objective.thrift_pflops_years_per_usd_m", &S::thrift_pflops_years_per_usd_m,
                "with kind compute: effective PFLOP/s-years that one million USD of present cost must bring at least, "
                "so that no "
                "money is spent for nothing")
              .from(0),
          field("objective.compute_price_usd_per_pflop_hour", &S::compute_price_usd_per_pflop_hour,
                "with kind value: USD for one effective PFLOP/s for an hour in the first quarter")
              .from(0),
          field("objective.compute_price_decline_per_year", &S::compute_price_decline,
                "share by which that price falls a year")
              .range(0, 1),
          field("geography.first_state", &S::first_state, "state of the first site (two letters); empty: any")
              .optional(),
          field("geography.new_states_per_year", &S::new_states_per_year,
                "most states that may be entered in a calendar year")
              .from(0),
          field("geography.site_limit_mw", &S::site_limit_mw, "most IT power at one site").in("MW").from(0),
          field("geography.county_limit_mw", &S::county_limit_mw, "most IT power in one county").in("MW").from(0),
          field("geography.zone_limit_mw", &S::zone_limit_mw, "most IT power in one grid zone").in("MW").from(0),
          field("power.n_plus_one", &S::n_plus_one,
                "on-site generation must carry its load with one unit of each technology out of service"),
          field("power.it_utilisation", &S::it_utilisation,
                "average draw of IT equipment as a share of its rated power")
              .range(0, 1),
          field("power.curtailable_share", &S::curtailable_share,
                "share of a site's IT load that may be shed in an hour")
              .range(0, 1),
          field("power.curtailed_hours_per_year", &S::curtailed_hours_per_year,
                "most full-load hours of shedding a year, as a share of the installed IT load")
              .range(0, 8760),
          field("power.curtailment_price_usd_per_mwh", &S::curtailment_price_usd_per_mwh,
                "what shedding IT load costs beside the lost compute")
              .from(0),
          field("power.unserved_price_usd_per_mwh", &S::unserved_price_usd_per_mwh, "cost of load that is not served")
              .from(0),
          field("power.hours_per_step", &S::hours_per_step,
                "hours of a representative day that one step of the dispatch holds; divides 24")
              .range(1, 24),
          field("payments.rack_deposit", &S::rack_deposit,
                "share of a rack's price paid at the order; the rest on delivery")
              .range(0, 1),
          field("payments.power_deposit", &S::power_deposit,
                "share of on-site power and supply expansions paid at the order")
              .range(0, 1),
          field("payments.power_progress", &S::power_progress,
                "share paid in equal parts while it is made; the rest on delivery")
              .range(0, 1),
          field("payments.grid_deposit", &S::grid_deposit,
                "share of a grid connection paid at the request; the rest in equal parts until energised")
              .range(0, 1),
          field("payments.operating_usd_per_it_kw_year", &S::operating_usd_per_it_kw_year,
                "staff, maintenance, insurance and spares of running IT load, without energy")
              .from(0),
          field("payments.operations_funded", &S::operations_funded,
                "true: operating cost up to the end of the building horizon is paid from the programme's money as "
                "well; false: customers pay it"),
          field("limits.carbon_mt_per_year", &S::carbon_limit_mt_per_year,
                "most CO2 a calendar year, on-site and the added emissions of the grid")
              .in("Mt")
              .from(0)
              .optional(),
          field("limits.water_gl_per_year", &S::water_limit_gl_per_year, "most water a year at all sites")
              .in("GL")
              .from(0)
              .optional(),
          field("training.cluster_chips", &S::cluster_chips,
                "accelerators of one training run: efficiency is taken at this size, or at the campus' where that is "
                "smaller")
              .from(1),
          field("training.model", &S::model, "shape of the model for which training efficiency is stated").optional(),
      }};
  return t;
}

template <>
const Table<Tranche>& table<Tranche>() {
  static const Table<Tranche> t{"tranche",
                                "[[tranche]]: money that becomes available at the start of a quarter.",
                                {field("from", &Tranche::from, "first quarter in which it may be spent").as_key(),
                                 field("usd_b", &Tranche::usd_b, "amount").in("billion USD").from(0)}};
  return t;
}

template <>
const Table<Target>& table<Target>() {
  static const Table<Target> t{"target",
                               "[[target]]: what must be running by the end of a quarter.",
                               {field("by", &Target::by, "quarter at the end of which it must be reached").as_key(),
                                field("quantity", &Target::quantity, "what is counted")
                                    .one_of({"it_mw", "effective_pflops", "h100_equivalents"})
                                    .as_key(),
                                field("at_least", &Target::at_least, "how much of it").from(0)}};
  return t;
}

template <>
const Table<CriterionWeight>& table<CriterionWeight>() {
  static const Table<CriterionWeight> t{
      "site_weight",
      "[[site_weight]]: weights of the first screen of sites; they are scaled to add up to one.",
      {field("criterion", &CriterionWeight::criterion, "what is judged")
           .one_of({"time_to_power", "power_mw", "connection_cost", "energy_price", "construction_cost", "risk",
                    "climate", "tax", "water", "gas", "neighbours"})
           .as_key(),
       field("weight", &CriterionWeight::weight, "its weight").from(0)}};
  return t;
}

}  // namespace stargate
