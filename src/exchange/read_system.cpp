#include "exchange/read_system.h"

#include <filesystem>

#include "base/diagnostics.h"
#include "exchange/matpower.h"

namespace stargate::exchange {

ImportedSystem read_system(const std::string& path) {
  namespace fs = std::filesystem;
  if (!fs::exists(path)) throw InputError({path}, "there is no such file or folder");
  if (fs::is_directory(path)) return to_system(read_pypsa_csv(path));
  const auto extension = fs::path(path).extension();
  if (extension == ".nc") return to_system(read_pypsa_netcdf(path));
  if (extension == ".m") return read_matpower(path);
  throw InputError({path}, "its form is not known", "allowed: .nc (PyPSA netCDF), .m (MATPOWER), or a folder of PyPSA CSV files");
}

}  // namespace stargate::exchange
