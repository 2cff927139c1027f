#pragma once
#include <filesystem>
#include <format>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/text.h"

namespace stargate::stochastic {

/// One line of an MPS-like file in words. A line that begins with a blank is data, another opens a section.
struct SmpsLine {
  std::size_t number = 0;
  bool section = false;
  std::vector<std::string> words;
};

/// The lines of a file that say something; '*' begins a comment. What is wrong is thrown at once with its place.
class SmpsText {
 public:
  explicit SmpsText(const std::filesystem::path& path) : file_(path.string()) {
    std::size_t number = 0;
    const std::string text = read_file(path);
    for (auto line : split(text, '\n')) {
      ++number;
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (line.empty() || line.front() == '*') continue;
      SmpsLine parsed{number, line.front() != ' ' && line.front() != '\t', {}};
      for (std::size_t at = 0; at < line.size();) {
        if (line[at] == ' ' || line[at] == '\t') {
          ++at;
          continue;
        }
        const auto end = std::min(line.find_first_of(" \t", at), line.size());
        parsed.words.emplace_back(line.substr(at, end - at));
        at = end;
      }
      if (parsed.words.empty()) continue;
      const bool ends = parsed.section && parsed.words[0] == "ENDATA";
      lines.push_back(std::move(parsed));
      if (ends) {
        ended_ = true;
        break;
      }
    }
    if (!ended_) throw InputError({file_, number, 1}, "the file ends without ENDATA", "is it cut off?");
  }

  [[noreturn]] void refuse(const SmpsLine& line, std::string what, std::string hint = {}) const {
    throw InputError({file_, line.number, 1}, std::move(what), std::move(hint));
  }
  double number(const SmpsLine& line, const std::string& word) const {
    const std::string_view text = word.starts_with('+') ? std::string_view(word).substr(1) : std::string_view(word);
    if (const auto value = parse_number(text)) return *value;
    std::string fortran(text);  // 1.5D+3, as old programs wrote it
    for (char& c : fortran)
      if (c == 'D' || c == 'd') c = 'e';
    if (fortran.ends_with('.')) fortran += '0';
    if (fortran.starts_with('.')) fortran.insert(0, "0");
    if (fortran.starts_with("-.")) fortran.insert(1, "0");
    if (const auto dot = fortran.find(".e"); dot != std::string::npos) fortran.insert(dot + 1, "0");
    if (const auto plus = fortran.find("e+"); plus != std::string::npos) fortran.erase(plus + 1, 1);
    if (const auto value = parse_number(fortran)) return *value;
    refuse(line, std::format("'{}' is not a number", word), "names with blanks are not read");
  }
  const std::string& file() const { return file_; }

  std::vector<SmpsLine> lines;

 private:
  std::string file_;
  bool ended_ = false;
};

}  // namespace stargate::stochastic
