#include "programme/tables.h"
#include "report/frame.h"

namespace stargate::report {
using nlohmann::json;

json about_data(const Frame& frame) {
  const auto& settings = frame.programme.settings;
  const auto& proof = frame.plan.proof;
  const auto full = std::ranges::max_element(frame.plan.quarters, {}, &ProgrammeQuarter::it_mw);
  json about{{"name", settings.name},
             {"currency_year", settings.currency_year},
             {"build_quarters", settings.build_quarters},
             {"discount_rate", settings.discount_rate},
             {"first_state", settings.first_state},
             {"new_states_per_year", settings.new_states_per_year},
             {"it_utilisation", settings.it_utilisation},
             {"curtailable_share", settings.curtailable_share},
             {"n_plus_one", settings.n_plus_one},
             {"operations_funded", settings.operations_funded},
             {"objective_kind", proof.objective_kind.empty() ? settings.objective : proof.objective_kind},
             {"unit", proof.unit},
             {"objective", rounded(proof.objective, 3)},
             {"bound", rounded(proof.bound, 3)},
             {"gap", rounded(proof.gap, 6)},
             {"status", proof.status},
             {"seed", proof.seed},
             {"columns", proof.columns},
             {"rows", proof.rows},
             {"integers", proof.integers},
             {"digest", proof.digest},
             {"version", proof.version},
             {"solver", proof.solver}};
  about["same_inputs"] =
      proof.digest.empty() || frame.programme.digest.empty() || proof.digest == frame.programme.digest;
  about["full"] = full == frame.plan.quarters.end() ? json(nullptr) : json(frame.offset(full->quarter));

  // The programme quarter by quarter, all columns of the plan's table.
  json quarters = json::array(), programme = json::object();
  for (int t = 0; t < frame.quarters; ++t) quarters.push_back(to_string(frame.first + t));
  for (const auto& field : plan_table<ProgrammeQuarter>().fields) {
    auto series = frame.zeros();
    const auto add = [&](const auto& row, const auto& value) {
      frame.add(series, row.quarter, static_cast<double>(value));
    };
    if (const auto* number = std::get_if<double ProgrammeQuarter::*>(&field.member))
      for (const auto& row : frame.plan.quarters) add(row, row.**number);
    else if (const auto* whole = std::get_if<std::int64_t ProgrammeQuarter::*>(&field.member))
      for (const auto& row : frame.plan.quarters) add(row, row.**whole);
    else
      continue;
    programme[field.name] = rounded(series);
  }
  about["quarters"] = quarters;
  about["programme"] = programme;
  return about;
}

json inputs_data(const Frame& frame) {
  json tables = json::array();
  for_each_table(frame.programme, [&]<class Record>(const Table<Record>& table, const std::vector<Record>& rows) {
    json entry{{"table", table.name}, {"about", table.about}, {"rows", rows.size()}};
    if constexpr (std::derived_from<Record, Sourced>) {
      struct Cited {
        std::size_t rows = 0;
        Date newest = Date::min();
        std::set<std::string> basis;
      };
      std::map<std::string, std::size_t> by_basis;
      std::map<std::string, Cited> by_source;
      for (const auto& row : rows) {
        ++by_basis[row.basis];
        auto& cited = by_source[row.source];
        ++cited.rows;
        cited.newest = std::max(cited.newest, row.as_of);
        cited.basis.insert(row.basis);
      }
      entry["basis"] = by_basis;
      entry["sources"] = json::array();
      for (const auto& [source, cited] : by_source)
        entry["sources"].push_back(
            {{"source", source}, {"rows", cited.rows}, {"newest", to_string(cited.newest)}, {"basis", cited.basis}});
      if (!rows.empty()) {
        const auto [oldest, newest] = std::ranges::minmax(rows, {}, &Record::as_of);
        entry["oldest"] = to_string(oldest.as_of), entry["newest"] = to_string(newest.as_of);
      }
    }
    tables.push_back(std::move(entry));
  });
  return tables;
}

}  // namespace stargate::report
