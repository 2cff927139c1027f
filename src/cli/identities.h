#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "base/identity.h"

namespace stargate::cli {

nlohmann::json identities_json(const std::vector<Identity>& sheet);

}  // namespace stargate::cli
