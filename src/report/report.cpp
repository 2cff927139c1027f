#include "report/report.h"

#include <page.h>

#include "base/files.h"
#include "base/text.h"
#include "report/frame.h"

namespace stargate::report {
using nlohmann::json;

json report_data(const Programme& programme, const Plan& plan) {
  const Frame frame(programme, plan);
  return {{"about", about_data(frame)},     {"sites", sites_data(frame)},       {"grid", grid_data(frame)},
          {"power", power_data(frame)},     {"dispatch", dispatch_data(frame)}, {"compute", compute_data(frame)},
          {"supply", supply_data(frame)},   {"money", money_data(frame)},       {"jobs", jobs_data(frame)},
          {"reasons", reasons_data(frame)}, {"inputs", inputs_data(frame)}};
}

namespace {

/// JSON that may stand in a script element: no "<" in it can end the element or open a comment.
std::string script_json(const json& value) {
  const auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) c == '<' ? out += "\\u003c" : out += c;
  return out;
}

std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view nibbles = "0123456789abcdef";
  std::string out;
  unsigned bits = 0, count = 0;
  for (const char c : hex) {
    bits = (bits << 4 | static_cast<unsigned>(nibbles.find(c))) & 0xFFFF, count += 4;
    if (count >= 6) count -= 6, out += digits[bits >> count & 63];
  }
  if (count > 0) out += digits[bits << (6 - count) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string_view page_file(std::string_view name) {
  const auto& files = embedded_page();
  const auto found = files.find(name);
  if (found == files.end()) throw std::logic_error("the program does not carry web/report/" + std::string(name));
  return found->second;
}

/// The parts of the page's one script; a part uses only what stands before it.
std::string script() {
  std::string text;
  for (const auto* part :
       {"format.js", "dom.js", "chart.js", "map.js", "schedule.js", "dispatch.js", "tables.js", "page.js"})
    text += page_file(part);
  return text;
}

}  // namespace

std::string report_html(const Programme& programme, const Plan& plan) {
  const std::string code = script();
  const std::map<std::string_view, std::string> parts{
      {"title", html_escape(programme.settings.name)},
      {"style", std::string(page_file("style.css"))},
      {"script", code},
      {"script_hash", base64_of_hex(sha256(code))},
      {"map", script_json(json::parse(page_file("us-states.json")))},
      {"data", script_json(report_data(programme, plan))},
  };
  // Each {{part}} of the page once, from left to right: what is filled in is not read again.
  std::string out;
  std::string_view rest = page_file("page.html");
  for (std::size_t open; (open = rest.find("{{")) != std::string_view::npos;) {
    const auto close = rest.find("}}", open);
    out += rest.substr(0, open);
    out += parts.at(rest.substr(open + 2, close - open - 2));
    rest.remove_prefix(close + 2);
  }
  return out.append(rest);
}

}  // namespace stargate::report
