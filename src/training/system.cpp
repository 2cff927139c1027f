#include "training/system.h"

#include <cctype>

#include "base/files.h"
#include "base/text.h"
#include "embedded.h"

namespace stargate::training {

std::string_view to_string(Precision p) {
  return p == Precision::bf16 ? "bf16" : p == Precision::fp8 ? "fp8" : p == Precision::mxfp8 ? "mxfp8" : "fp4";
}

Precision parse_precision(std::string_view text) {
  const std::string plain = plain_name(text);
  // The first of two that a table gives in one cell: "FP8-CS (FP8-MX)".
  const std::string first = plain_name(text.substr(0, text.find('(')));
  const auto is = [&](std::initializer_list<std::string_view> names) { return std::ranges::find(names, first) != names.end(); };
  if (is({"bf16", "fp16", "bfloat16", "half", "bf16mixed", "16"})) return Precision::bf16;
  if (is({"mxfp8", "fp8mx", "mx8", "fp8mxfp8", "bf16mxfp8"})) return Precision::mxfp8;
  if (is({"fp8", "fp8cs", "fp8ds", "fp8sc", "fp8blockwise", "fp8block", "fp8currentscaling", "fp8delayedscaling", "fp8hybrid",
          "fp8tensorwise", "fp8rowwise", "float8", "e4m3", "bf16fp8", "fp8subchannel"}))
    return Precision::fp8;
  if (is({"fp4", "nvfp4", "mxfp4", "float4", "fp4nv", "bf16nvfp4"})) return Precision::fp4;
  throw InputError({}, std::format("precision '{}' is not known", text),
                   name_hint(first, {"bf16", "fp8", "mxfp8", "fp4"}) + " (also FP8-CS, FP8-MX, NVFP4)");
}

double bytes_per_weight(Precision p) { return p == Precision::bf16 ? 2 : p == Precision::fp4 ? 0.5 : 1; }

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
       field("host_gb_s", &S::host_gb_s, "of a chip to its host's memory, one direction").in("GB/s").from(1).optional(),
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
    for (const auto& system : systems)
      for (const auto& fault : system_faults(system)) diagnostics.error({csv.file, system.line}, system.id + ": " + fault);
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
         {"sxm5", "sxm4", "sxm", "hgx", "helios", "80gb", "80g", "80", "nvl72", "gpu", "141gb", "192gb", "180gb", "gb"})
      if (rest.starts_with(known)) rest.remove_prefix(known.size());
    if (rest.empty()) best = &system, length = id.size();
  }
  return best;
}

std::vector<std::string> system_faults(const System& s) {
  std::vector<std::string> faults;
  const auto within = [&](std::string_view what, double value, double low, double high) {
    if (!(value >= low && value <= high)) faults.push_back(std::format("{} is {:g}; allowed: {:g} to {:g}", what, value, low, high));
  };
  within("bf16_tflops", s.bf16_tflops, 1, 1e6), within("fp8_tflops", s.fp8_tflops, 0, 1e6);
  within("fp4_tflops", s.fp4_tflops, 0, 1e6), within("hbm_gb", s.hbm_gb, 1, 1e5), within("hbm_tb_s", s.hbm_tb_s, 0.01, 1e4);
  within("host_gb_s", s.host_gb_s, 1, 1e5), within("domain_chips", s.domain_chips, 1, 1e6);
  within("scale_up_gb_s", s.scale_up_gb_s, 0.1, 1e6), within("nic_gbit_s", s.nic_gbit_s, 0.1, 1e6);
  within("pod_chips", s.pod_chips, 1, 1e9), within("oversubscription", s.oversubscription, 1, 1e3);
  within("tdp_w", s.tdp_w, 1, 1e5), within("idle_share", s.idle_share, 0, 1), within("all_in_kw", s.all_in_kw, 1e-3, 1e3);
  within("failures_per_1000_node_days", s.failures_per_1000_node_days, 0, 1e6), within("node_chips", s.node_chips, 1, 1e6);
  within("usd_per_chip_hour", s.usd_per_chip_hour, 0, 1e5);
  return faults;
}

System find_system(std::string_view name) {
  if (const auto* system = library_system(name)) return *system;
  if (const std::filesystem::path path(name); path.extension() == ".csv") {
    Diagnostics diagnostics;
    const Csv csv = parse_csv(path.string(), read_file(path), diagnostics);
    const auto systems = read_table(system_table(), csv, diagnostics);
    for (const auto& system : systems)
      for (const auto& fault : system_faults(system)) diagnostics.error({csv.file, system.line}, system.id + ": " + fault);
    if (systems.size() != 1)
      diagnostics.error({csv.file}, std::format("{} machines stand here", systems.size()), "one is read");
    diagnostics.throw_if_errors();
    return systems.front();
  }
  std::vector<std::string> names;
  for (const auto& system : system_library()) names.push_back(system.id);
  throw InputError({}, std::format("no system '{}'", name), name_hint(name, names) + "; or a .csv file with one machine (stargate train init system)");
}

}  // namespace stargate::training
