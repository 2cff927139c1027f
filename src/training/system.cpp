#include "training/system.h"

#include <cctype>

#include "base/text.h"
#include "embedded.h"

namespace stargate::training {

std::string_view to_string(Precision p) { return p == Precision::bf16 ? "bf16" : p == Precision::fp8 ? "fp8" : "fp4"; }

Precision parse_precision(std::string_view text) {
  const std::string plain = plain_name(text);
  if (plain.contains("fp4")) return Precision::fp4;
  if (plain.contains("fp8")) return Precision::fp8;
  if (plain.contains("bf16") || plain.contains("fp16")) return Precision::bf16;
  throw InputError({}, std::format("precision '{}' is not known", text),
                   "allowed: bf16, fp8 (or MXFP8, FP8-CS, ...), fp4 (or NVFP4)");
}

double bytes_per_weight(Precision p) { return p == Precision::bf16 ? 2 : p == Precision::fp8 ? 1 : 0.5; }

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)))
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return plain;
}

const Table<System>& system_table() {
  using S = System;
  static const Table<S> table{
      "training_systems",
      "Machines that train: chip, scale-up domain, rails and spine.",
      {field("id", &S::id, "name").as_key(),
       field("vendor", &S::vendor, "who makes it"),
       field("bf16_tflops", &S::bf16_tflops, "dense peak").in("TFLOP/s").from(1),
       field("fp8_tflops", &S::fp8_tflops, "dense peak; 0: not supported").in("TFLOP/s").from(0),
       field("fp4_tflops", &S::fp4_tflops, "dense peak; 0: not supported").in("TFLOP/s").from(0),
       field("hbm_gb", &S::hbm_gb, "memory of a chip").in("GB").from(1),
       field("hbm_tb_s", &S::hbm_tb_s, "memory bandwidth of a chip").in("TB/s").from(0.01),
       field("domain_chips", &S::domain_chips, "chips of a scale-up domain").from(1),
       field("scale_up_gb_s", &S::scale_up_gb_s, "of a chip in its domain, both directions added").in("GB/s").from(0.1),
       field("nic_gbit_s", &S::nic_gbit_s, "of a chip to rail and spine, one direction").in("Gbit/s").from(0.1),
       field("pod_chips", &S::pod_chips, "chips under one non-blocking fabric").from(1),
       field("oversubscription", &S::oversubscription, "between pods").from(1),
       field("tdp_w", &S::tdp_w, "design power of a chip").in("W").from(1),
       field("idle_share", &S::idle_share, "share of tdp_w an idle chip draws").range(0, 1),
       field("all_in_kw", &S::all_in_kw, "a chip with host, network and fans").in("kW").from(0.001),
       field("failures_per_1000_node_days", &S::failures_per_1000_node_days, "that stop a job").from(0),
       field("node_chips", &S::node_chips, "chips that fail together").from(1),
       field("usd_per_chip_hour", &S::usd_per_chip_hour, "rent, long contract").in("USD/h").from(0),
       field("available", &S::available, "first quarter of volume"),
       field("calibration", &S::calibration, "parameter set of training_parameters.csv"),
       field("source", &S::source, "who says so")}};
  return table;
}

const std::vector<System>& system_library() {
  static const std::vector<System> library = [] {
    Diagnostics diagnostics;
    const Csv csv = parse_csv("training_systems.csv", embedded_training().at("training_systems.csv"), diagnostics);
    auto systems = read_table(system_table(), csv, diagnostics);
    diagnostics.throw_if_errors();
    return systems;
  }();
  return library;
}

const System* library_system(std::string_view name) {
  std::string plain = plain_name(name);
  for (const std::string_view prefix : {"dgx", "hgx", "nvidia", "amd", "google", "aws", "amazon"})
    if (plain.starts_with(prefix)) plain.erase(0, prefix.size());
  for (const auto& system : system_library())
    if (plain_name(system.id) == plain) return &system;
  // "A100-80GB", "H100-SXM5", "GB200 NVL72" and the like: the longest id that the name begins with, if a memory size, a
  // socket or a domain is all that follows.
  const System* best = nullptr;
  std::size_t length = 0;
  for (const auto& system : system_library()) {
    const std::string id = plain_name(system.id);
    if (!plain.starts_with(id) || id.size() <= length) continue;
    std::string_view rest = std::string_view(plain).substr(id.size());
    for (const std::string_view known :
         {"sxm5", "sxm4", "sxm", "hgx", "helios", "80gb", "80g", "80", "nvl72", "gpu", "141gb", "192gb", "gb"})
      if (rest.starts_with(known)) rest.remove_prefix(known.size());
    if (rest.empty()) best = &system, length = id.size();
  }
  return best;
}

const System& find_system(std::string_view name) {
  if (const auto* system = library_system(name)) return *system;
  std::vector<std::string> names;
  for (const auto& system : system_library()) names.push_back(system.id);
  throw InputError({}, std::format("no system '{}'", name), name_hint(name, names));
}

}  // namespace stargate::training
