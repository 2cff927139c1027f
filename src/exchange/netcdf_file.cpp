#include "exchange/netcdf_file.h"

#include <netcdf.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <format>

#include "base/diagnostics.h"
#include "base/files.h"

namespace stargate::exchange {

namespace {

/// What a status means, in words that need no knowledge of the library. Positive ones are the system's own.
std::string why(int status) {
  if (status > 0) return std::strerror(status);
  switch (status) {
    case NC_ENOTNC: return "it is no netCDF file";
    case NC_ENOMEM: return "there is not enough memory";
    case NC_ECHAR: return "it holds text where numbers are expected, or numbers where text is";
    case NC_ERANGE: return "a number is out of range";
    case NC_EHDFERR: return "the file is damaged";
    case NC_EFILTER: return "it is packed in a way that is not known here";
    default: return std::format("the file is not as netCDF should be (status {})", status);
  }
}

}  // namespace

NetcdfReader::NetcdfReader(std::string path) : path_(std::move(path)) {
  check(nc_open(path_.c_str(), NC_NOWRITE, &file_), "open it as netCDF");
  int count = 0;
  check(nc_inq_nvars(file_, &count), "count its variables");
  for (int id = 0; id < count; ++id) {
    char name[NC_MAX_NAME + 1] = {};
    int dimensions = 0, ids[NC_MAX_VAR_DIMS] = {};
    nc_type type = NC_NAT;
    check(nc_inq_var(file_, id, name, &type, &dimensions, ids, nullptr), "read the list of its variables");
    Variable v{name, id, type == NC_STRING || type == NC_CHAR, {}, {}};
    if (type > NC_STRING) throw InputError({path_}, std::format("variable '{}' is of a type that is not known", v.name));
    for (int d = 0; d < dimensions; ++d) {
      char dimension[NC_MAX_NAME + 1] = {};
      std::size_t length = 0;
      check(nc_inq_dim(file_, ids[d], dimension, &length), "read the dimensions of '" + v.name + "'");
      v.dimensions.emplace_back(dimension);
      v.lengths.push_back(length);
    }
    variables_.push_back(std::move(v));
  }
}

NetcdfReader::~NetcdfReader() {
  if (file_ >= 0) nc_close(file_);
}

void NetcdfReader::check(int status, const std::string& doing) const {
  if (status != NC_NOERR)
    throw InputError({path_}, std::format("could not {}: {}", doing, why(status)), "is the file whole, and netCDF?");
}

void NetcdfReader::check_size(const Variable& v) const {
  // A few bytes of file can promise any number of values. What is read takes eight bytes a value; files pack by ten or
  // twenty.
  constexpr double smallest_limit = double{1 << 28}, most_times = 100;
  std::error_code error;
  const auto on_disk = std::filesystem::file_size(path_, error);
  const double most = std::max(smallest_limit, error ? 0.0 : most_times * static_cast<double>(on_disk)) / 8;
  double n = 1;
  for (const auto l : v.lengths) n *= static_cast<double>(l);
  if (n > most)
    throw InputError({path_}, std::format("variable '{}' says that it holds {:.0f} values", v.name, n),
                     std::format("at most {:.0f} are read from a file of this size", most));
}

std::size_t NetcdfReader::Variable::size() const {
  std::size_t n = 1;
  for (const auto l : lengths) n *= l;
  return n;
}

const NetcdfReader::Variable* NetcdfReader::find(const std::string& name) const {
  const auto at = std::ranges::find(variables_, name, &Variable::name);
  return at == variables_.end() ? nullptr : &*at;
}

std::vector<double> NetcdfReader::numbers(const Variable& v) const {
  if (v.is_text) throw InputError({path_}, std::format("variable '{}' holds text where numbers are expected", v.name));
  check_size(v);
  std::vector<double> values(v.size());
  if (!values.empty()) check(nc_get_var_double(file_, v.id, values.data()), "read variable '" + v.name + "'");
  return values;
}

std::vector<std::string> NetcdfReader::texts(const Variable& v) const {
  check_size(v);
  nc_type type = NC_NAT;
  check(nc_inq_vartype(file_, v.id, &type), "read variable '" + v.name + "'");
  std::vector<std::string> values;
  if (type == NC_CHAR) {  // the last dimension is the length of the text
    std::string all(v.size(), '\0');
    if (!all.empty()) check(nc_get_var_text(file_, v.id, all.data()), "read variable '" + v.name + "'");
    const std::size_t width = v.lengths.empty() ? 1 : v.lengths.back();
    for (std::size_t at = 0; width > 0 && at < all.size(); at += width) {
      std::string text = all.substr(at, width);
      text.resize(std::min(text.find('\0'), text.size()));
      values.push_back(std::move(text));
    }
    return values;
  }
  std::vector<char*> raw(v.size(), nullptr);
  if (raw.empty()) return values;
  check(nc_get_var_string(file_, v.id, raw.data()), "read variable '" + v.name + "'");
  for (const char* text : raw) values.emplace_back(text ? text : "");
  nc_free_string(raw.size(), raw.data());
  return values;
}

std::vector<NetcdfReader::Attribute> NetcdfReader::attributes(const Variable* variable) const {
  constexpr std::size_t longest_attribute = std::size_t{1} << 26;
  const int id = variable ? variable->id : NC_GLOBAL;
  int count = 0;
  check(nc_inq_varnatts(file_, id, &count), "count attributes");
  std::vector<Attribute> found;
  for (int i = 0; i < count; ++i) {
    char name[NC_MAX_NAME + 1] = {};
    nc_type type = NC_NAT;
    std::size_t length = 0;
    check(nc_inq_attname(file_, id, i, name), "read attributes");
    check(nc_inq_att(file_, id, name, &type, &length), "read attributes");
    Attribute a{name, {}, 0, type == NC_CHAR || type == NC_STRING};
    if (length > longest_attribute)
      throw InputError({path_}, std::format("attribute '{}' is {} values long", a.name, length),
                       std::format("at most {} are read", longest_attribute));
    if (type == NC_CHAR) {
      a.text.assign(length, '\0');
      check(nc_get_att_text(file_, id, name, a.text.data()), "read attribute '" + a.name + "'");
    } else if (type == NC_STRING && length == 1) {
      char* text = nullptr;
      check(nc_get_att_string(file_, id, name, &text), "read attribute '" + a.name + "'");
      a.text = text ? text : "";
      nc_free_string(1, &text);
    } else if (!a.is_text && length == 1) {
      check(nc_get_att_double(file_, id, name, &a.number), "read attribute '" + a.name + "'");
    }
    found.push_back(std::move(a));
  }
  return found;
}

std::string NetcdfReader::text_attribute(const Variable& variable, const std::string& name) const {
  for (auto& a : attributes(&variable))
    if (a.name == name) return a.text;
  return {};
}

NetcdfWriter::NetcdfWriter(const std::string& path, std::string shown) : shown_(std::move(shown)) {
  check(nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &file_), "create it");
}
NetcdfWriter::~NetcdfWriter() {
  if (file_ >= 0) nc_close(file_);
}
void NetcdfWriter::close() {
  check(nc_close(file_), "close it");
  file_ = -1;
}
void NetcdfWriter::check(int status, const std::string& doing) const {
  if (status == NC_NOERR) return;
  if (status > 0) fail_to_write(shown_, doing, status);
  // The library does not say why HDF5 could not write; nearly always it is this.
  throw OutputError(std::format("{}: could not {}: {}", shown_, doing,
                                status == NC_EHDFERR ? "is the disk full?" : why(status)));
}

void NetcdfWriter::dimension(const std::string& name, std::size_t length) {
  int id = 0;
  if (nc_inq_dimid(file_, name.c_str(), &id) == NC_NOERR) return;
  check(nc_def_dim(file_, name.c_str(), length, &id), "make dimension '" + name + "'");
}

int NetcdfWriter::define(const std::string& name, int type, const std::vector<std::string>& dimensions) {
  std::vector<int> ids(dimensions.size());
  for (std::size_t d = 0; d < ids.size(); ++d) check(nc_inq_dimid(file_, dimensions[d].c_str(), &ids[d]), "find dimension '" + dimensions[d] + "'");
  int id = 0;
  check(nc_def_var(file_, name.c_str(), type, static_cast<int>(ids.size()), ids.data(), &id), "make variable '" + name + "'");
  if (type != NC_STRING && !ids.empty()) check(nc_def_var_deflate(file_, id, 1, 1, 1), "compress variable '" + name + "'");
  return id;
}

void NetcdfWriter::numbers(const std::string& name, const std::vector<std::string>& dimensions, const std::vector<double>& values) {
  const int id = define(name, NC_DOUBLE, dimensions);
  const double none = std::numeric_limits<double>::quiet_NaN();
  check(nc_put_att_double(file_, id, "_FillValue", NC_DOUBLE, 1, &none), "set the fill value of '" + name + "'");
  if (!values.empty()) check(nc_put_var_double(file_, id, values.data()), "write variable '" + name + "'");
}
void NetcdfWriter::integers(const std::string& name, const std::vector<std::string>& dimensions, const std::vector<long long>& values) {
  const int id = define(name, NC_INT64, dimensions);
  if (!values.empty()) check(nc_put_var_longlong(file_, id, values.data()), "write variable '" + name + "'");
}
void NetcdfWriter::booleans(const std::string& name, const std::vector<std::string>& dimensions, const std::vector<double>& values) {
  const int id = define(name, NC_BYTE, dimensions);
  check(nc_put_att_text(file_, id, "dtype", 4, "bool"), "mark variable '" + name + "'");
  std::vector<signed char> bytes(values.size());
  std::ranges::transform(values, bytes.begin(), [](double v) { return static_cast<signed char>(v != 0); });
  if (!bytes.empty()) check(nc_put_var_schar(file_, id, bytes.data()), "write variable '" + name + "'");
}
void NetcdfWriter::texts(const std::string& name, const std::vector<std::string>& dimensions, const std::vector<std::string>& values) {
  const int id = define(name, NC_STRING, dimensions);
  std::vector<const char*> raw(values.size());
  std::ranges::transform(values, raw.begin(), [](const std::string& s) { return s.c_str(); });
  if (!raw.empty()) check(nc_put_var_string(file_, id, raw.data()), "write variable '" + name + "'");
}
void NetcdfWriter::attribute(const std::string& name, const std::string& text) {
  check(nc_put_att_text(file_, NC_GLOBAL, name.c_str(), text.size(), text.data()), "write attribute '" + name + "'");
}
void NetcdfWriter::attribute(const std::string& name, double number) {
  const bool is_whole = std::abs(number) < 9e18 && std::trunc(number) == number;
  const auto whole = is_whole ? static_cast<long long>(number) : 0LL;
  check(is_whole ? nc_put_att_longlong(file_, NC_GLOBAL, name.c_str(), NC_INT64, 1, &whole)
                 : nc_put_att_double(file_, NC_GLOBAL, name.c_str(), NC_DOUBLE, 1, &number),
        "write attribute '" + name + "'");
}
void NetcdfWriter::variable_attribute(const std::string& variable, const std::string& name, const std::string& text) {
  int id = 0;
  check(nc_inq_varid(file_, variable.c_str(), &id), "find variable '" + variable + "'");
  check(nc_put_att_text(file_, id, name.c_str(), text.size(), text.data()), "write attribute '" + name + "'");
}

}  // namespace stargate::exchange
