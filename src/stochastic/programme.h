#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "lp/model.h"
#include "stochastic/distribution.h"
#include "stochastic/sampler.h"

namespace stargate::stochastic {

/// A datum of a linear programme that chance decides, and its value there.
struct Change {
  enum class Part { cost, right_hand_side, coefficient, lower, upper };
  Part part = Part::right_hand_side;
  int row = -1, column = -1;  ///< those that the part has
  double value = 0;
};

struct Outcome {
  double probability = 0;
  std::vector<Change> changes;
};

/// Data that change together, independently of all others: a finite list of outcomes, or one datum of a continuous kind.
struct RandomBlock {
  std::string name;
  int stage = 1;
  std::vector<Outcome> outcomes;
  bool continuous = false;
  Change target;              ///< of a continuous one
  Distribution distribution;  ///< of its value
};

/// One path of a tree that is told path by path: what differs from its parent's path from `branches` on.
struct ScenarioPath {
  std::string name;
  int parent = -1;   ///< index; -1: the core
  int branches = 1;  ///< first stage in which it goes its own way
  double probability = 0;
  std::vector<Change> changes;
};

/// minimise (or maximise) the expectation over stages 0, 1, ...: `core` holds all columns and rows with middle data; a row
/// of stage t has columns of stages 0 .. t. Either `blocks` or `paths` say what is uncertain.
struct StochasticProgramme {
  std::string name;
  bool maximise = false;
  lp::Model core;  ///< as it was written: costs of a maximised programme are gains
  std::vector<std::string> columns, rows, stages;
  std::vector<int> column_stage, row_stage;
  std::vector<double> right_hand_side;  ///< a row; its bounds move with it
  std::vector<RandomBlock> blocks;
  std::vector<ScenarioPath> paths;
  std::vector<std::string> notes;  ///< what was read otherwise than written: probabilities divided by their sum, ...

  int stage_count() const { return static_cast<int>(stages.size()); }
};

/// A node of a scenario tree; the root first, parents before children.
struct Node {
  int parent = -1, stage = 0;
  double probability = 1;  ///< of reaching it
  std::vector<Change> changes;
};
struct Tree {
  std::vector<Node> nodes;
  std::size_t scenarios = 0;  ///< nodes of the last stage
};

/// How many scenarios the tree would have; infinity for continuous data (and beyond doubles).
double scenario_count(const StochasticProgramme& p);

/// All scenarios. std::length_error if there are more than `most`.
Tree whole_tree(const StochasticProgramme& p, std::size_t most);

/// Scenarios drawn from the blocks (or paths), equally likely: the root with `count` children. Coordinates of `sampler` choose
/// the outcomes; scenario s is its point first + s. Two stages only (std::logic_error).
Tree sampled_tree(const StochasticProgramme& p, const Sampler& sampler, std::size_t first, std::size_t count);

/// The tree of one scenario: all data at their expectation. Two stages only for continuous data with infinite mean.
Tree mean_tree(const StochasticProgramme& p);

/// The whole as one linear programme: a copy of each stage's columns and rows for each node, costs by probability (of a
/// maximised programme with the sign changed, so that it is to be minimised).
struct ExtensiveForm {
  lp::Model model;
  std::vector<std::vector<int>> column;  ///< [node][column of the core]; -1: of another stage
  std::vector<std::vector<int>> row;     ///< [node][row of the core]
};
ExtensiveForm extensive_form(const StochasticProgramme& p, const Tree& tree);

/// Throws InputError for data of the first stage that are uncertain, and for rows with columns of a later stage.
void check_stages(const StochasticProgramme& p, const std::string& file);

}  // namespace stargate::stochastic
