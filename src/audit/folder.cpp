#include "audit/folder.h"

#include <cmath>
#include <format>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json_text.h"
#include "base/results.h"
#include "programme/load.h"

namespace stargate::audit {

namespace {

class Holder {
 public:
  Holder(Report& report, std::string_view rule)
      : report_(report), result_(*std::ranges::find(report.rules, rule, &RuleResult::rule)) {}
  void that(const std::string& what, bool holds, std::string words, double found = 1, double limit = 0) {
    ++result_.checked;
    if (holds) return;
    ++result_.failed;
    result_.largest = 1;
    report_.findings.push_back(
        {std::string(result_.rule), what, {}, limit, found, std::abs(found - limit), std::move(words)});
  }

 private:
  Report& report_;
  RuleResult& result_;
};

/// What plan.json says beside what follows from the tables.
void hold_summary(const nlohmann::json& written, const Plan& plan, Report& report) {
  Holder book(report, "summary.figures");
  const auto figures = summary(plan);
  for (const auto& [name, right] : figures.items()) {
    if (!written.contains(name)) {
      book.that(name, false, "is missing in plan.json");
      continue;
    }
    const auto& found = written.at(name);
    if (found.is_number() && right.is_number()) {
      const double a = found.get<double>(), b = right.get<double>();
      book.that(name, std::abs(a - b) <= report.tolerance * std::max(1.0, std::abs(b)), "must be", a, b);
    } else {
      book.that(name, found == right, std::format("is {}, the tables say {}", found.dump(), right.dump()));
    }
  }
}

}  // namespace

FolderReport audit_folder(const std::filesystem::path& folder, double tolerance) {
  const auto manifest = read_manifest(folder);
  if (manifest && manifest->unfinished)
    throw InputError({folder.string(), 0, 0}, "the writing of this folder was stopped half-way",
                     "its files may be of different runs; plan again");
  const auto plan = read_plan(folder);
  const auto files = read_programme_files(folder / "programme");
  const auto programme = load_programme(folder / "programme");
  FolderReport out{audit(programme, plan, tolerance), plan.proof.digest.empty() || plan.proof.digest == digest_of(files),
                   manifest.has_value(), programme.settings.name};
  const auto path = folder / "plan.json";
  hold_summary(parse_json(path.string(), read_file(path)), plan, out.report);
  if (manifest) {
    Holder book(out.report, "manifest.files");
    for (const auto& words : broken_promises(folder, *manifest)) book.that("", false, words);
    book.that("", true, "");
  }
  return out;
}

}  // namespace stargate::audit
