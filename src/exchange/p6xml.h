#pragma once
#include <string>
#include <string_view>

#include "exchange/xer.h"

namespace stargate::exchange {

/// True if the text is P6's own XML (root <APIBusinessObjects>).
bool is_p6_xml(std::string_view text);

/// P6 XML as the tables of an XER file, so that one reader schedules both: projects with their options, calendars, work
/// breakdown, activities, relationships, resources, rates and assignments. Baseline projects are left out. Lines are
/// those of the XML file. InputError if it is no XML.
XerFile xer_from_p6_xml(const std::string& file, std::string_view text);

}  // namespace stargate::exchange
