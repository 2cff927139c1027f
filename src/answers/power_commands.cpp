// What can be asked of the grid: headroom, adequacy, AC power flow.
#include "answers/commands.h"

namespace stargate {

Command headroom_command();
Command adequacy_command();
Command power_flow_command();
Command optimal_flow_command();

std::vector<Command> grid_commands() { return {headroom_command(), adequacy_command(), power_flow_command(), optimal_flow_command()}; }

}  // namespace stargate
