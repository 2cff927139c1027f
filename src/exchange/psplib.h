#pragma once
#include <string>
#include <string_view>

#include "construction/network.h"

namespace stargate::exchange {

/// An instance of PSPLIB in single-mode form (.sm; Kolisch and Sprecher 1996): jobs, precedence and renewable
/// resources. A period becomes a day of 24 hours, counted from 2000-01-01. InputError with file and line.
construction::Network read_psplib(const std::string& file, std::string_view text);

}  // namespace stargate::exchange
