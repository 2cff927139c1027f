#include "exchange/matpower_case.h"

#include <charconv>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/text.h"

namespace stargate::exchange {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

class CaseParser {
 public:
  CaseParser(std::string path, std::string_view text) : text_(text) { case_.path = std::move(path); }

  MatpowerCase parse() && {
    if (text_.size() >= 4 && text_.find('\0') != std::string_view::npos) fail("it holds bytes of no text", "is it a MATPOWER case?");
    for (std::string_view line; next(line);)
      while (!line.empty()) line = statement(line);
    if (!assigned_)
      throw InputError({case_.path}, "it assigns nothing to 'mpc.NAME': it is no MATPOWER case of version 2", "savecase of MATPOWER writes one");
    return std::move(case_);
  }

 private:
  [[noreturn]] void fail(std::string what, std::string hint = {}) const {
    throw InputError({case_.path, line_}, std::move(what), std::move(hint));
  }
  /// Reads one statement of a line; returns what stands after it.
  std::string_view statement(std::string_view line) {
    const auto after = [&](std::size_t end) { return end >= line.size() ? std::string_view{} : trim(line.substr(end + 1)); };
    if (!line.starts_with("mpc.")) return after(line.find(';'));
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) fail(std::format("'{}' is no assignment", line));
    const std::string name(trim(line.substr(4, equals - 4)));
    auto value = trim(line.substr(equals + 1));
    assigned_ = true;
    if (name.find_first_of("({") != std::string::npos)
      fail(std::format("'mpc.{}': a part of a matrix is assigned", name), "allowed: mpc.NAME = [ rows ]; write the case out with savecase");
    if (value.starts_with('[')) {
      if (!case_.matrices.emplace(name, std::vector<MatrixRow>{}).second) fail(std::format("mpc.{} is assigned a second time", name));
      auto rest = value.substr(1);
      case_.matrices[name] = matrix(rest);
      rest = trim(rest);
      if (!rest.empty() && !rest.starts_with(';') && !rest.starts_with(','))
        fail(std::format("'{}' after the end of a matrix", rest), "allowed: a matrix of numbers by itself");
      return rest.empty() ? rest : trim(rest.substr(1));
    }
    if (value.starts_with('{')) {
      if (name != "bus_name") case_.not_understood.push_back("mpc." + name);
      while (value.find('}') == std::string_view::npos)
        if (!next(value)) fail("the file ends within a list of text", "is it whole?");
      value = value.substr(value.find('}') + 1);
      return value.empty() ? value : trim(value.substr(1));
    }
    // Text may hold what ends a statement.
    const auto quote = value.empty() ? '\0' : value.front();
    const auto closing = quote == '\'' || quote == '"' ? value.find(quote, 1) : 0;
    if (closing == std::string_view::npos) fail("a quote is opened here and never closed");
    const auto end = value.find(';', closing);
    if (name == "baseMVA") case_.base_mva = number(trim(value.substr(0, end)));
    else if (const auto text = trim(value.substr(0, end)); name == "version" && text != "'2'" && text != "\"2\"")
      fail(std::format("the case is of version {}", text), "allowed: '2'");
    else if (name != "version") case_.not_understood.push_back("mpc." + name);
    return end == std::string_view::npos ? std::string_view{} : trim(value.substr(end + 1));
  }

  /// The next line without comment and outer spaces; false at the end. Blocks between %{ and %} are comments too.
  bool next(std::string_view& line) {
    for (int within = 0; at_ < text_.size();) {
      const auto end = std::min(text_.find('\n', at_), text_.size());
      line = trim(text_.substr(at_, end - at_));
      at_ = end + 1;
      ++line_;
      if (line == "%{") ++within;
      else if (line == "%}" && within > 0) --within;
      else if (within == 0) {
        bool quoted = false;
        for (std::size_t k = 0; k < line.size(); ++k) {
          quoted = quoted != (line[k] == '\'');
          if (line[k] == '%' && !quoted) return line = trim(line.substr(0, k)), true;
        }
        return true;
      }
    }
    return false;
  }
  double number(std::string_view token) const {
    if (token.starts_with('+')) token.remove_prefix(1);
    const auto word = lower(token);
    if (word == "inf") return infinite;
    if (word == "-inf") return -infinite;
    double value = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (error != std::errc{} || end != token.data() + token.size() || std::isnan(value)) fail(std::format("'{}' is no number", token));
    return value;
  }
  /// Rows up to the closing bracket; `rest` is what stands after it on its line.
  std::vector<MatrixRow> matrix(std::string_view& rest) {
    std::vector<MatrixRow> rows;
    MatrixRow row{line_, {}};
    const auto end_row = [&] {
      if (!row.cells.empty()) rows.push_back(std::move(row));
      row = {line_, {}};
    };
    for (;;) {
      const auto closing = rest.find(']');
      const bool last = closing != std::string_view::npos;
      const auto beyond = last ? rest.substr(closing + 1) : std::string_view{};
      rest = rest.substr(0, closing);
      const bool continued = rest.ends_with("...");
      if (continued) rest.remove_suffix(3);
      for (std::size_t at = 0; at < rest.size();) {
        const auto stop = std::min(rest.find_first_of(" \t,;\r", at), rest.size());
        if (stop > at) row.cells.push_back(number(rest.substr(at, stop - at)));
        if (stop < rest.size() && rest[stop] == ';') end_row();
        at = stop + 1;
      }
      if (!continued) end_row();
      if (last) {
        rest = beyond;
        return rows;
      }
      if (!next(rest)) fail("the file ends within a matrix", "is it whole?");
      if (row.cells.empty()) row.line = line_;
    }
  }

  MatpowerCase case_;
  bool assigned_ = false;
  std::string_view text_;
  std::size_t at_ = 0, line_ = 0;
};

}  // namespace

MatpowerCase parse_matpower(const std::string& path) {
  constexpr std::size_t most_bytes = std::size_t{1} << 28;  // the largest public cases are under 32 MB
  const std::string text = read_file(path, most_bytes);
  return CaseParser(path, text).parse();
}

}  // namespace stargate::exchange
