#pragma once
#include <filesystem>
#include <string>

#include "stochastic/programme.h"

namespace stargate::stochastic {

/// The three files of a stochastic programme in SMPS form (Birge and others, COAL Newsletter 17, 1987; Gassmann and
/// Schweitzer, Annals of OR 104, 2001).
struct SmpsFiles {
  std::filesystem::path core, time, stochastic;
};

/// The files of a folder by their endings: .cor .core .mps, .tim .time, .sto .stoch (.gz behind them is unpacked).
/// `stochastic` names one of several files of outcomes, empty: the only one. InputError if one is missing or there are
/// several.
SmpsFiles find_smps(const std::filesystem::path& folder, const std::string& stochastic = {});

/// Reads and checks. Core: ROWS, COLUMNS with integer markers, RHS, RANGES, BOUNDS, OBJSENSE, in fixed or free form (names
/// without blanks). Time: implicit and explicit. Outcomes: INDEP (DISCRETE, UNIFORM, NORMAL; REPLACE, ADD, MULTIPLY), BLOCKS
/// DISCRETE, SCENARIOS DISCRETE. Probabilities of a datum, block or tree that do not add up to 1 within 1e-4 are refused
/// where the last of them stands; within it they are divided by their sum, and a note says so. Everything else that is
/// not understood is refused with its place. O(size of the files).
StochasticProgramme read_smps(const SmpsFiles& files);

}  // namespace stargate::stochastic
