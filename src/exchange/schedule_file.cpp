#include "exchange/schedule_file.h"

#include "base/text.h"
#include "exchange/msproject.h"
#include "exchange/p6xml.h"
#include "exchange/psplib.h"
#include "exchange/xer.h"

namespace stargate::exchange {

namespace {
enum class Form { xer, p6_xml, project_xml, psplib };

Form form_of(std::string_view file, std::string_view text) {
  const std::string name = lower(file);
  if (name.ends_with(".xer")) return Form::xer;
  if (name.ends_with(".sm")) return Form::psplib;
  return is_p6_xml(text) ? Form::p6_xml : Form::project_xml;
}
}  // namespace

bool is_schedule_file(std::string_view name) {
  const std::string plain = lower(name);
  return plain.ends_with(".xer") || plain.ends_with(".xml") || plain.ends_with(".sm");
}

construction::Network read_schedule(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
  switch (form_of(file, text)) {
    case Form::xer:
      return network_from_xer(parse_xer(file, text), diagnostics);
    case Form::p6_xml:
      return network_from_xer(xer_from_p6_xml(file, text), diagnostics);
    case Form::psplib:
      return read_psplib(file, text);
    case Form::project_xml:
      break;
  }
  return read_msproject(file, text, diagnostics);
}

std::string schedule_as_xer(const std::string& file, std::string_view text, const construction::Network& network,
                            const construction::CriticalPath& cpm) {
  if (text.empty() || form_of(file, text) != Form::xer) return write_xer(xer_from_network(network, cpm));
  return write_xer(with_dates(parse_xer(file, text), network, cpm));
}

std::string schedule_as_msproject(const std::string& file, std::string_view text, const construction::Network& network,
                                  const construction::CriticalPath& cpm) {
  if (text.empty() || form_of(file, text) != Form::project_xml) return write_msproject(network, cpm);
  return msproject_with_dates(file, text, network, cpm);
}

}  // namespace stargate::exchange
