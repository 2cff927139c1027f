#pragma once
#include <map>
#include <string_view>

namespace stargate {

/// The files of web/studio, carried inside the program: name and contents.
const std::map<std::string_view, std::string_view>& embedded_studio();

}  // namespace stargate
