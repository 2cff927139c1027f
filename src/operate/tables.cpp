#include "operate/tables.h"

namespace stargate::operate {

std::string_view name_of(What what) {
  switch (what) {
    case What::started: return "started";
    case What::ended: return "ended";
    case What::killed: return "killed at estimate";
    case What::requeued: return "requeued";
    case What::preempted: return "preempted";
    case What::resized: return "resized";
    case What::failed: return "failure";
    case What::node_down: return "node down";
    case What::node_up: return "node up";
    case What::corrupted: return "silent corruption";
    case What::corruption_found: return "corruption found";
    case What::installed: return "installed";
    case What::removed: return "removed";
    case What::limit_set: return "limit set";
    case What::throttled: return "throttled";
    case What::stopped: return "stopped for power";
    case What::released: return "released";
    case What::breach: return "breach";
    case What::battery_on: return "battery rides through";
    case What::battery_empty: return "battery empty";
    case What::to_cloud: return "to cloud";
    case What::cloud_done: return "cloud done";
    case What::outage: return "outage";
    case What::replaced: return "node replaced";
    case What::refused: return "can never start";
    case What::draining: return "draining";
    case What::outage_over: return "outage over";
    case What::repair_failed: return "repair failed";
  }
  return "";
}

}  // namespace stargate::operate
