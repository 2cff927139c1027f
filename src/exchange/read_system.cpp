#include "exchange/read_system.h"

#include <filesystem>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/results.h"
#include "exchange/genx.h"
#include "exchange/matpower.h"

namespace stargate::exchange {

namespace {
namespace fs = std::filesystem;

bool is_pypsa_folder(const fs::path& path) { return fs::is_directory(path) && fs::exists(path / "buses.csv"); }

PypsaDataset dataset_from(const std::string& source, const energy::System& system) {
  if (fs::path(source).extension() == ".nc" && fs::exists(source)) return read_pypsa_netcdf(source);
  if (!source.empty() && is_pypsa_folder(source)) return read_pypsa_csv(source);
  return to_dataset(system);
}
}  // namespace

ImportedSystem read_system(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) throw InputError({path}, error ? "cannot read: " + error.message() : "there is no such file or folder");
  if (is_genx_folder(path)) return read_genx(path);
  if (fs::is_directory(path)) return to_system(read_pypsa_csv(path));
  const auto extension = fs::path(path).extension();
  if (extension == ".nc") return to_system(read_pypsa_netcdf(path));
  if (extension == ".m") return read_matpower(path);
  throw InputError({path}, "its form is not known", "allowed: .nc (PyPSA netCDF), .m (MATPOWER), or a folder of PyPSA or GenX CSV files");
}

void check_output(const std::string& path) {
  fs::path place = path;
  if (!place.has_filename()) place = place.parent_path();
  const bool is_netcdf = place.extension() == ".nc";
  if (is_netcdf && fs::is_directory(place)) throw InputError({path}, "a folder stands there", "netCDF is written to a file");
  if (!is_netcdf && fs::exists(place) && !fs::is_directory(place))
    throw InputError({path}, "a file stands there", "CSV is written to a folder; a name ending in .nc writes netCDF");
  // The surest way to know is to try.
  if (is_netcdf) StagedFile{place};
  else ResultFolder(place, {"power"});
}

std::vector<std::string> write_system(const std::string& path, const energy::System& system, const energy::Result& result,
                                      const std::string& source) {
  PypsaDataset set = dataset_from(source, system);
  add_results(set, system, result);
  if (fs::path(path).extension() == ".nc") {
    write_pypsa_netcdf(set, path);
  } else {
    ResultFolder results(path, {"power"});
    put_pypsa_csv(set, path, results);
    if (is_genx_folder(source)) put_genx_results(results, system, result);
    results.commit();
  }
  return not_in_pypsa(system);
}

}  // namespace stargate::exchange
