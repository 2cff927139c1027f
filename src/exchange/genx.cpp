#include "exchange/genx.h"

#include <algorithm>
#include <format>

#include "base/text.h"
#include "energy/formulation.h"
#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

namespace {
namespace fs = std::filesystem;

/// The first stage of a multi-stage case, or the folder itself.
fs::path first_stage(const fs::path& folder) {
  for (const char* stage : {"inputs/inputs_p1", "Inputs/Inputs_p1"})
    if (fs::is_directory(folder / stage)) return folder / stage;
  return folder;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}
}  // namespace

GenxCase::GenxCase(const GenxFolder& folder) : folder_(folder), settings_(folder.settings()) {
  network.name = folder.name();
}

namespace {
void count_in(std::vector<std::pair<std::string, std::size_t>>& all, const std::string& what) {
  const auto at = std::ranges::find(all, what, &std::pair<std::string, std::size_t>::first);
  if (at == all.end()) all.emplace_back(what, 1);
  else ++at->second;
}
}  // namespace

void GenxCase::count(const std::string& what) { count_in(counted_, what); }
void GenxCase::leave_out(const std::string& what) { count_in(missing_, what); }

void GenxCase::carrier(const std::string& name, double co2) {
  if (std::ranges::find(network.carriers, name, &Carrier::name) == network.carriers.end()) network.carriers.push_back({name, co2});
}

void GenxCase::read_all() {
  notes = folder_.notes;
  network.relaxed_commitment = settings_.number("UCommit", 0) == 2;
  collect_resources();
  read_time();
  read_order();
  read_zones();
  read_demand();
  read_fuels();
  if (const auto path = folder_.find({"Generators_variability"})) variability_.emplace(*path);
  for (const auto& r : resources_) read_resource(r);
  read_retrofits();
  read_lines();
  double hours = 0;
  for (const auto& s : network.snapshots) hours += s.objective;
  network.fixed_cost = standing_cost_ / hours;
  read_policies();
  add_sites_to_policies();
  read_virtual_discharge();
  name_unread();
}

void GenxCase::name_unread() {
  if (!settings_.is_there())
    notes.push_back(
        "there is no genx_settings.yml: every policy that is there counts, lines may be reinforced, nothing is "
        "committed");
  for (const auto& [what, times] : counted_) notes.push_back(std::format("{} {}", times, what));
  for (const auto& [what, times] : missing_) left_out.push_back(times > 1 ? std::format("{} ({} times)", what, times) : what);
  for (const auto& t : tables_)
    if (const auto names = t.unused(); !names.empty())
      notes.push_back(std::format("{}: not used: {}", fs::path(t.file()).filename().string(), listed(names)));
  if (lines_)
    if (const auto names = lines_->unused(); !names.empty())
      notes.push_back(std::format("{}: not used: {}", fs::path(lines_->file()).filename().string(), listed(names)));
  if (const auto names = settings_.unused(); !names.empty())
    notes.push_back(std::format("genx_settings.yml: not used: {}", listed(names)));
  if (const auto names = folder_.unused(); !names.empty())
    notes.push_back(std::format("files not used: {}", listed(names)));
}

bool is_genx_folder(const std::string& path) {
  std::error_code error;
  const fs::path folder = first_stage(path);
  bool flat = false, resources = false, system = false;
  for (const auto& e : fs::directory_iterator(folder, error)) {
    const std::string name = lower(e.path().filename().string());
    flat = flat || name == "generators_data.csv" || name == "generators_data.csv.gz";
    resources = resources || (name == "resources" && e.is_directory());
    system = system || (name == "system" && e.is_directory()) || name == "demand_data.csv" || name == "settings";
  }
  return flat || (resources && system);
}

ImportedSystem read_genx(const std::string& path) {
  const fs::path folder = first_stage(path);
  const GenxFolder files(folder);
  GenxCase genx(files);
  genx.read_all();
  ImportedSystem out{deterministic(std::move(genx.network)), std::move(genx.notes), std::move(genx.left_out)};
  if (folder != fs::path(path)) out.left_out.push_back(std::format("stages after '{}'", folder.filename().string()));
  check(out.system, path);
  return out;
}

}  // namespace stargate::exchange
