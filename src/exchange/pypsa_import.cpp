// From PyPSA's tables to a system.
#include <algorithm>
#include <cmath>
#include <format>
#include <set>

#include "base/diagnostics.h"
#include "base/text.h"
#include "energy/standard_types.h"
#include "exchange/pypsa_attributes.h"
#include "exchange/pypsa_network.h"

namespace stargate::exchange {

using namespace energy;

namespace {

class Importer {
 public:
  explicit Importer(const PypsaDataset& set) : set_(set) {}

  ImportedSystem import() && {
    const std::size_t scenarios = std::max<std::size_t>(set_.scenarios.size(), 1);
    for (scenario_ = 0; scenario_ < scenarios; ++scenario_) {
      Scenario scenario;
      if (!set_.scenarios.empty()) scenario = {set_.scenarios[scenario_], set_.scenario_weights[scenario_], {}};
      read_time(scenario.network);
      read_components(scenario.network);
      out_.system.scenarios.push_back(std::move(scenario));
    }
    for (const auto& what : set_.not_understood) note(what + " was not understood");
    for (const auto& [list, attributes] : unused_) note(std::format("{}: not used: {}", list, listed(attributes)));
    for (const auto& [list, attributes] : misspelt_) leave_out(std::format("{}: not used: {}", list, listed(attributes)));
    for (const auto& [what, count] : defaulted_)
      note(std::format("{} has no number for {} members of its list: PyPSA's default was taken", what, count));
    diagnostics_.throw_if_errors();
    check(out_.system, set_.file, [&](std::string_view kind, const std::string& name) { return where(kind, name); });
    return std::move(out_);
  }

 private:
  /// File and line of a component that a check complains of.
  Place where(std::string_view kind, const std::string& name) const {
    std::string list(kind);
    std::ranges::replace(list, ' ', '_');
    list += list == "bus" ? "es" : "s";
    std::vector<std::string> lists{list};
    if (list == "links") lists.emplace_back("processes");
    for (const auto& l : lists)
      if (const auto* table = set_.table(l))
        for (std::size_t i = table->names.size(); i-- > 0;)  // the last of a name that stands twice
          if (table->names[i] == name) return place(*table, i);
    return {set_.file};
  }
  void note(std::string text) {
    if (std::ranges::find(out_.notes, text) == out_.notes.end()) out_.notes.push_back(std::move(text));
  }
  void leave_out(std::string text) {
    if (std::ranges::find(out_.left_out, text) == out_.left_out.end()) out_.left_out.push_back(std::move(text));
  }
  static std::string listed(const std::set<std::string>& names) {
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
    return all;
  }

  void read_time(Network& net) {
    const auto named = set_.texts.find("name");
    if (named != set_.texts.end()) net.name = named->second;
    for (std::size_t p = 0; p < set_.periods.size(); ++p)
      net.periods.push_back({static_cast<int>(set_.periods[p]), set_.period_objective[p], set_.period_years[p]});
    if (set_.period_of_snapshot.empty() && !net.periods.empty()) {
      note("investment periods without snapshots of their own were not used");
      net.periods.clear();
    }
    if (net.periods.empty())
      for (const double year : set_.period_of_snapshot)
        if (net.periods.empty() || net.periods.back().year != static_cast<int>(year)) net.periods.push_back({static_cast<int>(year), 1, 1});
    for (std::size_t t = 0; t < set_.snapshots(); ++t) {
      Snapshot s;
      s.label = set_.snapshot.is_text ? set_.snapshot.texts[t] : std::format("{}", t);
      s.objective = set_.objective[t];
      s.stores = set_.stores[t];
      s.generators = set_.generators[t];
      if (!set_.period_of_snapshot.empty()) {
        const auto at = std::ranges::find(net.periods, static_cast<int>(set_.period_of_snapshot[t]), &Period::year);
        if (at == net.periods.end())
          throw InputError({set_.file}, std::format("snapshot {} is of period {}, which is no investment period", t, set_.period_of_snapshot[t]));
        s.period = static_cast<int>(at - net.periods.begin());
      }
      net.snapshots.push_back(std::move(s));
    }
  }

  std::size_t row(const PypsaTable& table, std::size_t length, std::size_t i) const {
    return length > table.names.size() ? scenario_ * table.names.size() + i : i;
  }
  Place place(const PypsaTable& table, std::size_t i) const { return {table.file, i < table.lines.size() ? table.lines[i] : 0}; }

  std::string text(const PypsaTable& table, const PypsaColumn& column, std::size_t i) const {
    if (!column.texts.empty()) return column.texts[row(table, column.texts.size(), i)];
    const double v = column.numbers[row(table, column.numbers.size(), i)];
    return std::isnan(v) ? "" : std::format("{}", v);
  }
  double number(const PypsaTable& table, const PypsaColumn& column, std::size_t i) {
    if (!column.is_text) return column.numbers[row(table, column.numbers.size(), i)];
    const std::string cell = text(table, column, i);
    if (const auto v = parse_number(cell)) return *v;
    if (cell == "True") return 1;
    if (cell == "False") return 0;
    if (cell.empty() || lower(cell) == "nan") return unset;
    if (cell == "inf" || cell == "-inf") return cell == "inf" ? unlimited : -unlimited;
    diagnostics_.error(place(table, i), std::format("{} '{}': {} is '{}'", table.list, table.names[i], column.attribute, cell), "a number is needed");
    return unset;
  }

  template <class T>
  void set(const PypsaTable& table, const PypsaColumn& column, std::size_t i, T& component, const PypsaAttribute<T>& attribute) {
    std::visit(
        [&]<class M>(M T::*member) {
          if constexpr (std::same_as<M, std::string>) {
            // A column of nothing at all is one that is not there.
            if (column.is_text || !std::isnan(column.numbers[row(table, column.numbers.size(), i)])) component.*member = text(table, column, i);
          } else {
            const double value = number(table, column, i);
            if (std::isnan(value)) {  // PyPSA fills what is missing with its default, which stands there already
              if constexpr (std::same_as<M, Profile>) {
                if (!(component.*member).is_unset()) ++defaulted_[table.list + ": " + column.attribute];
              } else if constexpr (std::same_as<M, double>) {
                if (!std::isnan(component.*member)) ++defaulted_[table.list + ": " + column.attribute];
              }
            } else if constexpr (std::same_as<M, bool>) {
              component.*member = value == 1;
            } else if constexpr (std::same_as<M, double>) {
              component.*member = value;
            } else {
              component.*member = Profile(value);
            }
          }
        },
        attribute.member);
  }

  /// An attribute that PyPSA has none of is the user's own and does no harm; one that is a slip of the pen away from one that
  /// counts was meant to count.
  template <class T>
  void not_used(const std::string& list, const std::string& attribute, const std::vector<PypsaAttribute<T>>& attributes, bool series) {
    if (is_port(list, attribute) || pypsa_attribute_is_idle(list, attribute)) return;
    std::vector<std::string> names;
    for (const auto& a : attributes) names.push_back(a.name);
    const bool known = std::ranges::find(names, attribute) != names.end();
    const std::string kind = series ? known ? " (series: it does not vary in time)" : " (series)" : "";
    const auto nearest = known ? std::string() : nearest_name(attribute, names);
    const auto hint = nearest.empty() ? "" : std::format(" (did you mean '{}'?)", nearest);
    ((series && known) || (!nearest.empty() && is_slip(attribute, nearest)) ? misspelt_ : unused_)[list].insert(attribute + kind + hint);
  }
  /// One letter more, less or other, or two that changed places.
  static bool is_slip(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > 1 || b.size() < 5) return false;
    std::size_t k = 0;
    while (k < a.size() && a[k] == b[k]) ++k;
    if (a.size() < b.size()) return a.substr(k) == b.substr(k + 1);
    if (k == a.size() || a.substr(k + 1) == b.substr(k + 1)) return true;
    return k + 1 < a.size() && a[k] == b[k + 1] && a[k + 1] == b[k] && a.substr(k + 2) == b.substr(k + 2);
  }

  template <class T>
  std::vector<T> read(const std::string& list, const std::vector<PypsaAttribute<T>>& attributes) {
    const PypsaTable* table = set_.table(list);
    if (!table) return {};
    std::vector<T> components(table->names.size());
    for (std::size_t i = 0; i < components.size(); ++i) components[i].name = table->names[i];
    for (const auto& column : table->columns) {
      const auto attribute = std::ranges::find(attributes, column.attribute, &PypsaAttribute<T>::name);
      if (attribute == attributes.end()) {
        not_used(list, column.attribute, attributes, false);
        continue;
      }
      for (std::size_t i = 0; i < components.size(); ++i) set(*table, column, i, components[i], *attribute);
    }
    for (const auto& series : table->series) {
      const auto attribute = std::ranges::find(attributes, series.attribute, &PypsaAttribute<T>::name);
      if (attribute == attributes.end() || !std::holds_alternative<Profile T::*>(attribute->member)) {
        not_used(list, series.attribute, attributes, true);
        continue;
      }
      const auto member = std::get<Profile T::*>(attribute->member);
      each_profile(*table, series, [&](std::size_t i, Profile p) { components[i].*member = std::move(p); });
    }
    return components;
  }

  /// Hands each member its own series.
  template <class Use>
  void each_profile(const PypsaTable& table, const PypsaSeries& series, Use&& use) {
    const std::size_t n = series.members.size(), blocks = series.by_scenario ? std::max<std::size_t>(set_.scenarios.size(), 1) : 1;
    const std::size_t snapshots = set_.snapshots(), offset = series.by_scenario ? scenario_ * n : 0;
    const auto& index = names_of(table);
    for (std::size_t k = 0; k < n; ++k) {
      const auto at = index.find(series.members[k]);
      if (at == index.end()) {
        diagnostics_.error({table.file}, std::format("series '{}' of {} names '{}', which is not there", series.attribute, table.list, series.members[k]),
                           name_hint(series.members[k], table.names.size() < 50 ? table.names : std::vector<std::string>{}));
        continue;
      }
      Profile p;
      p.hourly.resize(snapshots);
      for (std::size_t t = 0; t < snapshots; ++t) p.hourly[t] = series.values[t * blocks * n + offset + k];
      use(at->second, std::move(p));
    }
  }
  const std::map<std::string, std::size_t>& names_of(const PypsaTable& table) {
    auto& index = names_[table.list];
    if (index.empty())
      for (std::size_t i = 0; i < table.names.size(); ++i) index.emplace(table.names[i], i);
    return index;
  }

  static bool digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  }
  static bool is_port(const std::string& list, const std::string& attribute) {
    if (list != "links" && list != "processes") return false;
    for (const std::string_view kind : {"bus", "efficiency", "rate", "delay", "cyclic_delay"})
      if (attribute.starts_with(kind) && digits(std::string_view(attribute).substr(kind.size()))) return true;
    return false;
  }

  /// Ports of links ('bus0', 'bus1', 'bus2', ..., 'efficiency', 'efficiency2', ...) and processes ('rate0', 'rate1', ...).
  void read_ports(const std::string& list, std::vector<Link>& links) {
    const PypsaTable* table = set_.table(list);
    if (!table) return;
    const bool process = list == "processes";
    std::vector<std::string> suffixes;
    for (const auto& column : table->columns)
      if (column.attribute.starts_with("bus") && digits(column.attribute.substr(3))) suffixes.push_back(column.attribute.substr(3));
    std::ranges::sort(suffixes, {}, [](const std::string& s) { return std::atoi(s.c_str()); });
    for (const auto& suffix : suffixes) {
      const auto& buses = *table->column("bus" + suffix);
      // Links name what belongs to their bus 1 without a number.
      const std::string own = !process && suffix == "1" ? "" : suffix;
      const auto* rate = table->column((process ? "rate" : "efficiency") + own);
      const auto* delay = table->column("delay" + own);
      const auto* cyclic = table->column("cyclic_delay" + own);
      std::vector<long> port_of(links.size(), -1);
      for (std::size_t i = 0; i < links.size(); ++i) {
        const std::string bus = text(*table, buses, i);
        if (bus.empty() || bus == "nan") continue;
        Port port{bus, suffix == "0" ? -1.0 : 1.0};
        const auto take = [&](const PypsaColumn* column, auto use) {
          if (!column || (suffix == "0" && !process)) return;
          if (const double value = number(*table, *column, i); !std::isnan(value)) use(value);
        };
        take(rate, [&](double v) { port.coefficient = v; });
        take(delay, [&](double v) { port.delay = v; });
        take(cyclic, [&](double v) { port.cyclic_delay = v != 0; });
        port_of[i] = static_cast<long>(links[i].ports.size());
        links[i].ports.push_back(std::move(port));
      }
      if (suffix == "0" && !process) continue;
      for (const auto& series : table->series)
        if (series.attribute == (process ? "rate" : "efficiency") + own)
          each_profile(*table, series, [&](std::size_t i, Profile p) {
            if (port_of[i] >= 0) links[i].ports[static_cast<std::size_t>(port_of[i])].coefficient = std::move(p);
          });
    }
    for (const auto& link : links)
      if (link.ports.size() < 2) diagnostics_.error({table->file}, std::format("{} '{}' needs two buses at least", list, link.name));
  }

  /// Curves: of marginal cost per unit of the capacity (each point prices the step up to it), of capital cost by size, of efficiency.
  template <class T>
  void read_curves(const std::string& list, std::vector<T>& components) {
    const PypsaTable* table = set_.table(list);
    if (!table) return;
    for (const auto& curves : table->curves)
      for (std::size_t k = 0; k < curves.members.size(); ++k) {
        const auto at = names_of(*table).find(curves.members[k]);
        if (at == names_of(*table).end()) {
          diagnostics_.error({table->file}, std::format("the curves '{}' of {} name '{}', which is not there", curves.attribute, list, curves.members[k]));
          continue;
        }
        const auto points = sorted_points(*table, curves, k);
        if (!points.empty()) take_curve(*table, curves, at->second, points, components[at->second]);
      }
  }
  std::vector<std::pair<double, double>> sorted_points(const PypsaTable& table, const PypsaCurves& curves, std::size_t k) {
    auto points = curves.points[k];
    for (const auto& [x, y] : points)
      if (!std::isfinite(x) || !std::isfinite(y)) {
        diagnostics_.error({table.file}, std::format("{} '{}': a point of its curve '{}' is ({}, {})", table.list, curves.members[k], curves.attribute, x, y),
                           "finite numbers are needed");
        return {};
      }
    std::ranges::stable_sort(points, {}, &std::pair<double, double>::first);
    return points;
  }
  template <class T>
  void take_curve(const PypsaTable& table, const PypsaCurves& curves, std::size_t i, const std::vector<std::pair<double, double>>& points, T& c) {
    const std::string& attribute = curves.attribute;
    const auto summed = [&](double scale) {  // the value at a point is the slope of the step before it
      std::vector<CostPoint> out{{points[0].first * scale, 0}};
      for (std::size_t k = 1; k < points.size(); ++k)
        out.push_back({points[k].first * scale, out.back().cost_per_h + points[k].second * (points[k].first - points[k - 1].first) * scale});
      return out;
    };
    const auto multiplied = [&](double scale, bool inverted) {
      std::vector<CostPoint> out;
      for (const auto& [x, y] : points) out.push_back({x * scale, x == 0 ? 0 : (inverted ? 1 / y : y) * x * scale});
      return out;
    };
    if (attribute == "capital_cost") {
      if (c.extendable && !std::isnan(c.overnight_cost))
        diagnostics_.error(place(table, i), std::format("{} '{}': it has a curve of capital_cost and an overnight_cost", table.list, c.name), "allowed: one of them");
      c.capital_curve = summed(1);
      return;
    }
    if (c.extendable || !(c.nominal > 0) || !std::isfinite(c.nominal)) {
      diagnostics_.error(place(table, i), std::format("{} '{}': its curve of {} is per unit of a capacity of {}{}", table.list, c.name, attribute, c.nominal,
                                                      c.extendable ? " that is extendable" : ""), "a given capacity above 0 is needed");
      return;
    }
    if constexpr (requires { c.cost_curve; }) {
      if (attribute == "marginal_cost") {
        c.cost_curve = summed(c.nominal);
        c.curve_bounds_power = true;
        return;
      }
    }
    if constexpr (std::same_as<T, Generator>) {
      if (attribute == "efficiency") {
        c.fuel_curve = multiplied(c.nominal, true);
        return;
      }
    }
    if constexpr (std::same_as<T, Link>) {
      const bool process = table.list == "processes";
      const std::string stem = process ? "rate" : "efficiency";
      if (attribute.starts_with(stem) && digits(std::string_view(attribute).substr(stem.size()))) {
        const std::string suffix = attribute.substr(stem.size());
        const auto port = static_cast<std::size_t>(suffix.empty() ? 1 : std::atoi(suffix.c_str()));
        if (port < c.ports.size()) c.ports[port].curve = multiplied(c.nominal, false);
        return;
      }
    }
    leave_out(std::format("{}: a curve of '{}'", table.list, attribute));
  }

  /// Numeric columns that carriers (for global constraints) and buses (limits by carrier) have besides the known ones.
  template <class T>
  void read_others(const std::string& list, std::vector<T>& components, const std::vector<PypsaAttribute<T>>& known, std::string_view prefix) {
    const PypsaTable* table = set_.table(list);
    if (!table) return;
    for (const auto& column : table->columns) {
      if (column.is_text || !column.attribute.starts_with(prefix)) continue;
      if (std::ranges::find(known, column.attribute, &PypsaAttribute<T>::name) != known.end()) continue;
      for (std::size_t i = 0; i < components.size(); ++i) components[i].other[column.attribute] = number(*table, column, i);
    }
  }

  void read_components(Network& net) {
    net.buses = read("buses", pypsa_attributes<Bus>());
    read_others("buses", net.buses, pypsa_attributes<Bus>(), "nom_m");
    net.carriers = read("carriers", pypsa_attributes<Carrier>());
    read_others("carriers", net.carriers, pypsa_attributes<Carrier>(), "");
    net.generators = read("generators", pypsa_attributes<Generator>());
    net.loads = read("loads", pypsa_attributes<Load>());
    net.lines = read("lines", pypsa_line_attributes());
    net.transformers = read("transformers", pypsa_transformer_attributes());
    net.links = read("links", pypsa_attributes<Link>());
    read_ports("links", net.links);
    read_curves("links", net.links);
    auto processes = read("processes", pypsa_attributes<Link>());
    read_ports("processes", processes);
    read_curves("processes", processes);
    std::ranges::move(processes, std::back_inserter(net.links));
    net.storage_units = read("storage_units", pypsa_attributes<StorageUnit>());
    net.stores = read("stores", pypsa_attributes<Store>());
    net.global_constraints = read("global_constraints", pypsa_attributes<GlobalConstraint>());
    net.line_types = read("line_types", pypsa_attributes<LineType>());
    net.transformer_types = read("transformer_types", pypsa_attributes<TransformerType>());
    for (auto& g : net.global_constraints)
      if (g.bus == "nan") g.bus.clear();
    if (const auto* shunts = set_.table("shunt_impedances"); shunts && !shunts->names.empty())
      note(std::format("{} shunt impedances are ignored: the linear power flow has no place for them", shunts->names.size()));
    for (auto& t : net.transformers) {  // a type overrides the rating that is written, as it does the impedance
      if (t.type.empty()) continue;
      if (const auto type = find_transformer_type(net, t.type)) t.nominal = type->s_nom;
    }
    read_curves("generators", net.generators);
    read_curves("lines", net.lines);
    read_curves("transformers", net.transformers);
    read_curves("storage_units", net.storage_units);
    read_curves("stores", net.stores);
    for (const auto& c : net.carriers)
      if (const auto rate = c.other.find("learning_rate"); rate != c.other.end() && !std::isnan(rate->second) && rate->second != 0)
        leave_out(std::format("carrier '{}': endogenous learning: its capacity costs what is given", c.name));
  }

  const PypsaDataset& set_;
  ImportedSystem out_;
  Diagnostics diagnostics_;
  std::size_t scenario_ = 0;
  std::map<std::string, std::set<std::string>> unused_, misspelt_;
  std::map<std::string, std::size_t> defaulted_;  ///< numbers missing, by list and attribute
  std::map<std::string, std::map<std::string, std::size_t>> names_;
};

}  // namespace

ImportedSystem to_system(const PypsaDataset& dataset) { return Importer(dataset).import(); }

}  // namespace stargate::exchange
