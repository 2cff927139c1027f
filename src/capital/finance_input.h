#pragma once
#include <string>
#include <vector>

#include "base/calendar.h"
#include "capital/money.h"
#include "capital/terms.h"

namespace stargate::capital {

enum class Layer : std::size_t { building, power, gpus };
constexpr std::size_t layer_count = 3;
constexpr std::array<const char*, layer_count> layer_names{"building", "power", "gpus"};

/// What a payment of the plan is for.
enum class Use { capital, credit, operations, energy, property_tax, other, interest };

/// One payment of the plan, to the cent. Credits are negative.
struct Payment {
  std::size_t quarter = 0, site = 0;
  Layer layer = Layer::building;
  Use use = Use::capital;
  bool funded = true;  ///< from the programme's money, not from customers
  Cents amount = 0;
  std::string category;  ///< as the plan names it
};

/// A campus, or what the campuses share (cloud, supply, zone power): the last one, with no state.
struct SiteCompany {
  std::string id, name, state;
  std::vector<double> ready_mw, installed_mw, power_mw, load_gwh, effective_pflops;  ///< by quarter of the plan
};

struct FundingSource {
  std::string id, name, kind, role, answers_for, layer;  ///< as in investors.csv
  Cents commitment = 0;
  std::size_t available_from = 0;
  double rate = 0;
  Quarterly draws;  ///< by quarter of the plan
};

/// Support that the plan counts, with its chance to be lost.
struct Support {
  std::string id, name, jurisdiction, kind, window, claw_back;
  double probability = 1;
  std::optional<double> cap_usd_m;
  double counted_usd_m = 0;  ///< in the plan, already times the probability
};

/// Everything the finance engine needs, taken from a programme and its plan or made by hand.
struct FinanceInput {
  std::string name;
  Quarter start{};
  std::size_t build_quarters = 0, plan_quarters = 0;
  double discount_rate = 0.08, compute_price_usd_per_pflop_hour = 4, compute_price_decline = 0.2;
  std::vector<SiteCompany> sites;
  std::vector<Payment> payments;
  std::vector<FundingSource> sources;
  std::vector<Support> supports;
  std::vector<std::string> suppliers;  ///< who supplies: "NVIDIA: accelerator", for the page of roles
  std::vector<double> chips;           ///< of the programme, by quarter of the plan
  Terms terms;
};

}  // namespace stargate::capital
