#pragma once
#include <map>
#include <string_view>

namespace stargate {

/// The default programme: file name -> contents, as they stand in data/us when the program was built.
const std::map<std::string_view, std::string_view>& embedded_programme();
/// The library of model shapes, machines, their parameters and failures: data/training.
const std::map<std::string_view, std::string_view>& embedded_training();

/// Facts that engines are fitted to and checked against: file name -> contents, as they stand in data/facts.
const std::map<std::string_view, std::string_view>& embedded_facts();

}  // namespace stargate
