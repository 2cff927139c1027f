#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "construction/network.h"

namespace stargate::exchange {

/// A Primavera P6 XER file as it stands: every table, field and row, so that writing gives back what was read.
struct XerTable {
  struct Record {
    std::size_t line = 0;
    std::vector<std::string> values;  ///< as many as the table has fields
  };
  std::string name;
  std::vector<std::string> fields;
  std::vector<Record> records;

  std::size_t field(std::string_view field_name) const;  ///< index, or npos
  /// Text of the field in the record, empty if the table has no such field.
  const std::string& text(const Record& record, std::string_view field_name) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

struct XerFile {
  std::string file;                 ///< for messages
  std::vector<std::string> header;  ///< the fields of ERMHDR
  std::vector<XerTable> tables;
  bool windows = false;  ///< came in the Windows code page 1252, in which P6 writes; texts here are UTF-8

  const XerTable* table(std::string_view name) const;
  XerTable* table(std::string_view name);
};

/// Reads all of it; either line ending; a line that begins with no mark goes on with the text of the row before.
/// InputError with every line that is no XER: no header, a row before its table, a row with more values than the table
/// has fields. O(bytes).
XerFile parse_xer(std::string file, std::string_view text);
/// With CR LF line endings, as P6 writes. parse_xer(write_xer(x)) is x.
std::string write_xer(const XerFile& xer);

/// Activities, links, calendars, resources, costs, progress and the options by which P6 schedules, of all projects in
/// the file. InputError names what is missing or wrong, with its line; what P6 itself tolerates is told as a warning.
construction::Network network_from_xer(const XerFile& xer, Diagnostics& diagnostics);

/// A new file of the tables P6 wants to import a schedule, with early and late dates and floats of `cpm`.
XerFile xer_from_network(const construction::Network& network, const construction::CriticalPath& cpm);

/// The same file with the dates and floats of what is not done replaced; tasks in the order in which network_from_xer
/// gave them. Nothing else changes.
XerFile with_dates(XerFile xer, const construction::Network& network, const construction::CriticalPath& cpm);

}  // namespace stargate::exchange
