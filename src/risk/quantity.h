#pragma once
#include <string>
#include <vector>

#include "programme/programme.h"
#include "programme/uncertainty.h"
#include "stochastic/distribution.h"
#include "stochastic/sampler.h"

namespace stargate::risk {

enum class Measure { factor, days, value };

/// One uncertain figure of one thing: a distribution, its share in a common cause, and a stream of draws of its own.
struct Quantity {
  std::string name;  ///< "sites.abilene.construction_usd_per_kw"
  stochastic::Distribution distribution = stochastic::Distribution::fixed(1);
  Measure measure = Measure::factor;
  int factor = -1;  ///< index of the common cause; -1: none
  double loading = 0;
  std::size_t stream = 0;
  int group = 0;  ///< of drivers
};

/// Something that happens or not, on a day of a window, with a size (days; nothing for what is lost).
struct Event {
  Quantity size;  ///< its stream is followed by one for whether and one for when
  double probability = 0;
  int window_from = 0, window_to = 0;  ///< days from the programme's first
  bool loss = false;
};

/// A common cause: one standard normal a future.
struct Factor {
  std::string name;
  std::size_t stream = 0;
  int group = 0;
};

/// Streams of draws and who owns them. Groups of drivers are independent of one another: quantities of one figure, and all
/// that share a common cause.
struct Streams {
  std::vector<Factor> factors;
  std::vector<std::string> groups;
  std::vector<int> group_of;  ///< by stream
  std::size_t count() const { return group_of.size(); }
};

/// The draws of one future: pure functions of (seed, future, stream). With `other`, streams of group `swapped` are drawn from
/// there: the mixed points of Sobol' indices.
class Draws {
 public:
  Draws(const Streams& streams, const stochastic::Sampler& sampler, std::size_t future, const stochastic::Sampler* other = nullptr,
        int swapped = -1);
  double uniform(std::size_t stream) const;
  double normal(std::size_t stream) const;
  double factor(int f) const { return factors_[static_cast<std::size_t>(f)]; }
  /// exp(mu + sigma (loading * factor + sqrt(1 - loading^2) * own)) and its like for other forms.
  double of(const Quantity& q) const;
  /// Day on which it happens, or a negative number far away; `size` gets its size.
  int day_of(const Event& e, double& size) const;
  static constexpr int never = -1000000;

 private:
  const Streams& streams_;
  const stochastic::Sampler& sampler_;
  std::size_t future_;
  const stochastic::Sampler* other_;
  int swapped_;
  std::vector<double> factors_;
};

/// Reads what a programme says of its uncertainty and hands out quantities for its things. What no row of uncertainty.csv
/// names has the columns X_low and X_high as 10 and 90 % points, with `X` as the middle.
class Uncertainties {
 public:
  /// InputError for rows that name figures without an effect, unknown rows, classes, or points that do not go together.
  Uncertainties(const Programme& programme, const std::vector<Uncertainty>& rows);

  /// The factor on a figure of a thing, or the days added to it: fixed at 1 (0 days) where nothing is said. `groups` are the
  /// further names that rows may call it by ("state:TX"). `value`: what the table says, for rows that give values.
  Quantity factor_on(const std::string& table, const std::string& row, const std::string& column, double value,
                     const std::vector<std::string>& groups = {}, std::optional<double> low = {}, std::optional<double> high = {});
  Quantity days_on(const std::string& table, const std::string& row, const std::string& column, const std::vector<std::string>& groups = {});
  /// A value that takes the place of `value`.
  Quantity value_of(const std::string& table, const std::string& row, const std::string& column, double value);
  std::vector<Event> events_on(const std::string& table, const std::string& row, const std::string& column, const std::vector<std::string>& groups = {});
  /// Of an activity: its weeks times 7 / `scale` with the factor and loading that are said for construction.
  Quantity activity(const Activity& a);

  /// Groups by shared causes; call when all quantities are handed out, with all of them.
  void close(std::vector<Quantity*> quantities, std::vector<Event*> events);
  const Streams& streams() const { return streams_; }

 private:
  const Uncertainty* find(const std::string& table, const std::string& row, const std::string& column, const std::vector<std::string>& groups, bool event) const;
  Quantity make(const std::string& table, const std::string& row, const std::string& column);
  void from_row(Quantity& q, const Uncertainty& row, double value) const;
  int factor_index(const std::string& name);
  std::size_t next_stream(const std::string& label);

  const Programme& p_;
  const std::vector<Uncertainty>& rows_;
  Streams streams_;
  std::vector<std::string> label_of_;  ///< by stream: "table.column"
};

/// A figure whose uncertainty has an effect in a future.
struct Effect {
  std::string table, column, measures, about;
};
const std::vector<Effect>& effects();

/// Reference classes that travel with the program, by name.
stochastic::ReferenceClass reference_class(const std::string& name, const Place& place);

}  // namespace stargate::risk
