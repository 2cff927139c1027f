#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/record.h"

namespace stargate::training {

enum class Precision { bf16, fp8, fp4 };
std::string_view to_string(Precision precision);
/// "BF16", "FP8-CS", "MXFP8", "FP8-MX", "NVFP4", "FP4", ...; InputError otherwise.
Precision parse_precision(std::string_view text);
double bytes_per_weight(Precision precision);

/// A machine: chip, scale-up domain, rails and spine, site. Bandwidths of a chip; both directions added where the name
/// says so, as vendors publish them.
struct System : Row {
  std::string id;
  std::string vendor;
  double bf16_tflops = 0;  ///< dense peak
  double fp8_tflops = 0;   ///< 0: not supported
  double fp4_tflops = 0;
  double hbm_gb = 0;
  double hbm_tb_s = 0;
  double domain_chips = 1;      ///< chips that share the scale-up network
  double scale_up_gb_s = 0;     ///< of a chip, both directions added
  double nic_gbit_s = 0;        ///< of a chip to rail and spine, one direction
  double pod_chips = 0;         ///< chips under one non-blocking rail/spine
  double oversubscription = 1;  ///< of the links between pods
  double tdp_w = 0;             ///< of the chip
  double idle_share = 0.15;     ///< of tdp_w, drawn by an idle chip
  double all_in_kw = 0;         ///< a chip with its share of host, network, cooling inside the IT room
  double failures_per_1000_node_days = 6.5;
  double node_chips = 8;  ///< chips that fail together
  double usd_per_chip_hour = 0;
  std::string available;    ///< first quarter of volume shipment
  std::string calibration;  ///< parameter set of training_calibration.csv that describes it
  std::string source;

  double peak_flops(Precision p) const {
    return 1e12 * (p == Precision::bf16 ? bf16_tflops : p == Precision::fp8 ? fp8_tflops : fp4_tflops);
  }
};

const Table<System>& system_table();
/// The machines that travel with the program (data/training/training_systems.csv).
const std::vector<System>& system_library();
/// By name (case, '-', '_', blanks and a leading "DGX" do not count); InputError with the nearest names otherwise.
const System& find_system(std::string_view name);
const System* library_system(std::string_view name);

/// The name as it is compared: lower case, letters and digits only.
std::string plain_name(std::string_view name);

}  // namespace stargate::training
