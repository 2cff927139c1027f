#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "training/accuracy.h"
#include "training/goodput.h"
#include "training/search.h"

namespace stargate::training {

/// The same answers for machines.
nlohmann::json to_json(const Strategy& strategy);
nlohmann::json to_json(const Step& step);
nlohmann::json to_json(const Goodput& goodput);
nlohmann::json to_json(const SearchResult& result);
nlohmann::json to_json(const Accuracy& accuracy);

/// And for persons.
std::string step_text(const ModelShape& shape, const Strategy& strategy, const Machine& machine, const Step& step);
std::string search_text(const SearchResult& result, const Machine& machine);

}  // namespace stargate::training
