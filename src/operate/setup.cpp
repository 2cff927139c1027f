#include "operate/setup.h"

#include <algorithm>
#include <cmath>

#include "operate/policy.h"
#include "operate/toml_section.h"
#include "programme/toml_text.h"

namespace stargate::operate {

namespace {

template <class T>
std::vector<std::string> names_of(const std::vector<T>& all) {
  std::vector<std::string> names;
  for (const T& one : all) names.push_back(one.name);
  return names;
}

constexpr double most_hours = 1e6;     // 114 years

struct Reader {
  const std::string& file;
  Diagnostics& diagnostics;

  template <class Read>
  void each(TomlSection& root, const std::string& key, Read&& read) {
    if (const toml::array* list = root.tables(key))
      for (const toml::value& item : *list) {
        TomlSection section(item, file, diagnostics);
        read(section);
      }
  }
  template <class Read>
  void in(TomlSection& root, const std::string& key, Read&& read) {
    if (const toml::value* value = root.table(key)) {
      TomlSection section(*value, file, diagnostics);
      read(section);
    }
  }

  void node_type(TomlSection& s, NodeType& t) {
    s.get("name", t.name);
    s.get("gpus", t.gpus, 1, 1024);
    s.get("peak_tflops_per_gpu", t.peak_tflops_per_gpu);
    s.get("gpu_idle_w", t.gpu_idle_w, 0, 1e5);
    s.get("gpu_peak_w", t.gpu_peak_w, 0, 1e5);
    s.get("host_idle_w", t.host_idle_w, 0, 1e5);
    s.get("host_peak_w", t.host_peak_w, 0, 1e5);
    s.get("conversion_efficiency", t.conversion_efficiency, 0.1, 1);
    s.get("conversion_loss_w", t.conversion_loss_w, 0, 1e5);
    s.get("rack_overhead_w", t.rack_overhead_w);
    s.get("rack_limit_w", t.rack_limit_w, 1, 1e9);
    s.get("usd_per_gpu_hour", t.usd_per_gpu_hour);
    if (t.gpu_peak_w < t.gpu_idle_w || t.host_peak_w < t.host_idle_w) diagnostics.error(s.place(), "node type '" + t.name + "' draws less at its peak than at rest");
  }

  void site(TomlSection& s, Site& t) {
    s.get("name", t.name);
    s.get("grid_mw", t.grid_mw, 0, 1e6);
    s.get("onsite_mw", t.onsite_mw, 0, 1e6);
    s.get("onsite_usd_per_mwh", t.onsite_usd_per_mwh);
    s.get("onsite_kg_per_mwh", t.onsite_kg_per_mwh);
    s.get("battery_mw", t.battery_mw, 0, 1e6);
    s.get("battery_mwh", t.battery_mwh, 0, 1e7);
    s.get("ramp_mw_per_min", t.ramp_mw_per_min, 1e-6, 1e6);
    s.get("price_usd_per_mwh", t.price_usd_per_mwh, -1e5);
    s.get("carbon_kg_per_mwh", t.carbon_kg_per_mwh);
    s.get("temperature_c", t.temperature_c, -90, 70);
    s.get("repair_crews", t.repair_crews, 0, 1e6);
    in(s, "cooling", [&](TomlSection& c) {
      c.get("pue_cold", t.cooling.pue_cold, 1, 5);
      c.get("pue_hot", t.cooling.pue_hot, 1, 5);
      c.get("cold_c", t.cooling.cold_c, -90, 70);
      c.get("hot_c", t.cooling.hot_c, -90, 70);
      c.get("water_l_per_kwh_hot", t.cooling.water_l_per_kwh_hot, 0, 100);
      c.get("fixed_mw", t.cooling.fixed_mw);
    });
  }

  void fleet(TomlSection& root, std::optional<Fleet>& out) {
    for (const char* key : {"node_type", "site", "feed", "hall", "pool"}) root.find(key);
    if (!root.has("pool")) return;
    Fleet f;
    each(root, "node_type", [&](TomlSection& s) { node_type(s, f.types.emplace_back()); });
    each(root, "site", [&](TomlSection& s) { site(s, f.sites.emplace_back()); });
    if (f.types.empty()) f.types.push_back({.name = "node"});
    if (f.sites.empty()) f.sites.push_back({.name = "site"});
    const auto site_names = names_of(f.sites), type_names = names_of(f.types);
    each(root, "feed", [&](TomlSection& s) {
      Feed& feed = f.feeds.emplace_back();
      s.get("name", feed.name);
      s.get_name("site", feed.site, site_names);
      s.get("limit_mw", feed.limit_mw, 0, 1e6);
    });
    if (f.feeds.empty())
      for (Id i = 0; i < f.sites.size(); ++i) f.feeds.push_back({f.sites[i].name + " feed", i});
    const auto feed_names = names_of(f.feeds);
    each(root, "hall", [&](TomlSection& s) {
      Hall& hall = f.halls.emplace_back();
      s.get("name", hall.name);
      s.get_name("feed", hall.feed, feed_names);
      s.get("limit_mw", hall.limit_mw, 0, 1e6);
    });
    if (f.halls.empty())
      for (Id i = 0; i < f.feeds.size(); ++i) f.halls.push_back({f.feeds[i].name + " hall", i});
    const auto hall_names = names_of(f.halls);
    each(root, "pool", [&](TomlSection& s) {
      Pool pool{.name = "pool"};
      std::string partition = "all";
      Id hall = 0;
      double installed_h = 0, removed_h = 0;
      s.get("name", pool.name);
      s.get("partition", partition);
      s.get_name("hall", hall, hall_names);
      s.get_name("node_type", pool.type, type_names);
      s.get("nodes", pool.nodes, 1, 1e8);
      s.get("nodes_per_rack", pool.nodes_per_rack, 0, 1e6);
      s.get("racks_per_pod", pool.racks_per_pod, 0, 1e6);
      s.get("nodes_per_switch", pool.nodes_per_switch, 0, 1e6);
      s.get("spare_nodes", pool.spare_nodes, 0, 1e8);
      s.get("installed_h", installed_h, 0, most_hours);
      s.get("removed_h", removed_h, 0, most_hours);
      if (s.has("removed_h") && removed_h <= installed_h) diagnostics.error(s.place(), "pool '" + pool.name + "' is removed before it is installed");
      if (pool.nodes == 0) diagnostics.error(s.place(), "pool '" + pool.name + "' has no nodes");
      pool.site = f.feeds[f.halls[hall].feed].site;
      pool.partition = f.partition(partition);
      if (pool.partition == none) {
        pool.partition = static_cast<Id>(f.partitions.size());
        f.partitions.push_back({partition});
      }
      add_pool(f, pool, hall, static_cast<Time>(installed_h * 3600), s.has("removed_h") ? static_cast<Time>(removed_h * 3600) : never);
    });
    out = std::move(f);
  }

  void mix(TomlSection& root, std::vector<MixKind>& kinds) {
    if (root.has("mix")) kinds.clear();
    each(root, "mix", [&](TomlSection& s) {
      MixKind& k = kinds.emplace_back();
      s.get("name", k.name);
      k.tenant = k.name;
      s.get("tenant", k.tenant);
      s.get("share", k.share);
      s.get("gpus_low", k.gpus_low, 1e-6, 1e8);
      s.get("gpus_high", k.gpus_high, 1e-6, 1e8);
      s.get("median_h", k.median_h, 1e-6, most_hours);
      s.get("sigma", k.sigma, 0, 5);
      s.get("estimate_factor", k.estimate_factor, 1, 1000);
      s.get("daily_amplitude", k.daily_amplitude, 0, 1);
      s.get("deadline_factor", k.deadline_factor);
      s.get("min_width_share", k.min_width_share, 0, 1);
      s.get("max_width_share", k.max_width_share, 1, 1000);
      s.get("power_share", k.power_share, 0, 1);
      s.get("priority", k.priority, -1000, 1000);
      s.get("preemptible", k.preemptible);
      s.get("elastic", k.elastic);
      s.get("moldable", k.moldable);
      s.get("checkpoints", k.checkpoints);
      s.get("scales", k.scales);
      s.get("scope", k.scope, {"any", "pod", "rack"});
    });
  }

  void failures(TomlSection& root, Scenario& scenario) {
    in(root, "failures", [&](TomlSection& s) {
      const toml::value* sets = s.find("sets");
      double factor = 1;
      s.get("factor", factor, 0, 1e6);
      s.get("bad_share", scenario.bad_nodes.share, 0, 1);
      s.get("bad_factor", scenario.bad_nodes.factor, 1, 1e6);
      if (sets == nullptr) return;
      scenario.failures.clear();
      if (!sets->is_array()) return diagnostics.error(s.place(*sets), "'sets' must be a list of names");
      for (const toml::value& set : sets->as_array()) {
        const std::string name = set.is_string() ? set.as_string() : "";
        const std::vector<std::string> known{"llama3", "rsc1", "rsc2", "correlated"};
        if (std::ranges::find(known, name) == known.end()) diagnostics.error(s.place(set), "'" + name + "' is no set of failure classes", name_hint(name, known));
        for (FailureClass c : name == "llama3" ? llama3_failures() : name == "correlated" ? correlated_faults() : rsc_failures(name == "rsc1" ? 1 : 2)) {
          c.per_unit_hour *= factor;
          scenario.failures.push_back(std::move(c));
        }
      }
    });
    each(root, "failure", [&](TomlSection& s) {
      FailureClass& c = scenario.failures.emplace_back();
      s.get("name", c.name);
      s.get_name("extent", c.extent, extent_names());
      s.get("per_unit_hour", c.per_unit_hour, 0, 1e3);
      s.get("diagnose_s", c.diagnose_s, 0, 1e7);
      s.get("repair_works", c.repair_works, 0.001, 1);
      s.get("repair_h", c.repair_h, 0, 1e5);
      s.get("silent_h", c.silent_h, 0, 1e5);
      s.get("source", c.source);
    });
  }

  /// What is out of service for a while, by the names of pools, halls, feeds and sites; `every_h` repeats it, each time on the
  /// unit after the last.
  void outages(TomlSection& root, const std::optional<Fleet>& fleet, std::vector<Outage>& all) {
    each(root, "outage", [&](TomlSection& s) {
      Outage o;
      std::string of;
      double at_h = 0, hours = 0, drain_h = 0, every_h = 0, times = 1;
      s.get("name", o.name);
      s.get_name("extent", o.extent, extent_names());
      s.get("of", of);
      s.get("unit", o.unit, 0, 1e8);
      s.get("at_h", at_h, 0, most_hours);
      s.get("hours", hours, 1e-3, most_hours);
      s.get("drain_h", drain_h, 0, most_hours);
      s.get("every_h", every_h, 1e-3, most_hours);
      s.get("times", times, 1, 1e5);
      s.get("planned", o.planned);
      if (!fleet) return diagnostics.error(s.place(), "an outage needs the pools, halls or sites of this file");
      if (!s.has("hours")) diagnostics.error(s.place(), "an outage needs its length, 'hours'");
      if (o.extent == Extent::gpu) diagnostics.error(s.place(), "a GPU alone cannot be out of service", "allowed: node, rack, switch, pod, hall, feed, site");
      const bool named = o.extent == Extent::hall || o.extent == Extent::feed || o.extent == Extent::site;
      const auto names = o.extent == Extent::hall ? names_of(fleet->halls) : o.extent == Extent::feed ? names_of(fleet->feeds) : o.extent == Extent::site ? names_of(fleet->sites) : names_of(fleet->pools);
      const auto at = std::ranges::find(names, of);
      if (at == names.end()) return diagnostics.error(s.place(), "'" + of + "' is no " + (named ? extent_names()[static_cast<std::size_t>(o.extent)] : "pool") + " of the fleet", name_hint(of, names));
      const Id found = static_cast<Id>(at - names.begin());
      (named ? o.unit : o.pool) = found;
      const Id count = named ? static_cast<Id>(names.size()) : units(*fleet, o.extent, o.pool);
      if (o.unit >= count) return diagnostics.error(s.place(), "unit " + std::to_string(o.unit) + " is not there", "allowed: 0 to " + std::to_string(count - 1));
      for (int n = 0; n < static_cast<int>(times); ++n) {
        Outage one = o;
        one.at = static_cast<Time>((at_h + n * every_h) * 3600);
        one.until = one.at + std::max<Time>(1, static_cast<Time>(hours * 3600));
        one.drain_s = static_cast<Time>(drain_h * 3600);
        if (every_h > 0 && times > 1) one.unit = (o.unit + static_cast<Id>(n)) % count;
        all.push_back(one);
      }
    });
  }

  void rules(TomlSection& root, Setup& setup) {
    Scenario& sc = setup.scenario;
    in(root, "checkpoint", [&](TomlSection& s) {
      s.get_name("rule", sc.checkpointing.rule, {"off", "fixed", "young-daly", "adaptive"});
      s.get("interval_s", sc.checkpointing.interval_s, 1, 1e9);
      s.get("write_s", sc.checkpointing.write_s, 0, 1e7);
      s.get("gb_per_gpu", sc.checkpointing.gb_per_gpu, 0, 1e6);
      s.get("storage_gb_per_s", sc.checkpointing.storage_gb_per_s, 0, 1e9);
      s.get("restart_s", sc.checkpointing.restart_s, 0, 1e7);
      s.get("resize_s", sc.checkpointing.resize_s, 0, 1e7);
    });
    in(root, "power", [&](TomlSection& s) {
      sc.power.on = true;
      s.get("on", sc.power.on);
      s.get_name("yield", sc.power.yield, {"uniform", "priority", "newest", "largest"});
      s.get("floor", sc.power.floor, 0.01, 1);
      s.get("exponent", sc.power.exponent, 0.5, 5);
      s.get("restart_share", sc.power.restart_share, 0, 1);
      s.get("checkpoint_share", sc.power.checkpoint_share, 0, 1);
      s.get("admit_throttled", sc.power.admit_throttled);
      s.get("chip_cap_w", sc.power.chip_cap_w, 1, 1e5);
    });
    in(root, "cloud", [&](TomlSection& s) {
      s.get("committed_gpus", sc.cloud.committed_gpus, 0, 1e8);
      s.get("committed_usd_per_gpu_hour", sc.cloud.committed_usd_per_gpu_hour);
      s.get("burst_gpus", sc.cloud.burst_gpus, 0, 1e8);
      s.get("burst_usd_per_gpu_hour", sc.cloud.burst_usd_per_gpu_hour);
      s.get("move_usd_per_gb", sc.cloud.move_usd_per_gb);
      s.get("move_gb_per_gpu_hour", sc.cloud.move_gb_per_gpu_hour);
      s.get("move_gb_per_s", sc.cloud.move_gb_per_s);
      s.get("restart_s", sc.cloud.restart_s);
      s.get("delay_usd_per_gpu_hour", sc.cloud.delay_usd_per_gpu_hour);
    });
    in(root, "run", [&](TomlSection& s) {
      s.get("policy", sc.policy, policy_names());
      s.get_name("placement", sc.placement, {"first", "tightest", "cheapest", "cleanest"});
      s.get("backfill_depth", sc.backfill_depth, 1, 1e9);
      s.get("seed", sc.seed);
      s.get("kill_at_estimate", sc.kill_at_estimate);
      double days = 0;
      s.get("horizon_days", days, 0.01, 36500);
      if (s.has("horizon_days")) sc.horizon = static_cast<Time>(days * 86400);
    });
    in(root, "workload", [&](TomlSection& s) {
      s.get("load", setup.workload.load, 1e-6, 100);
      s.get("days", setup.workload.days, 0.01, 36500);
      s.get("jobs", setup.workload.jobs, 1, 1e8);
      s.get("seed", setup.workload.seed);
    });
    each(root, "tenant", [&](TomlSection& s) {
      Tenant& t = setup.tenants.emplace_back();
      s.get("name", t.name);
      s.get("quota_gpus", t.quota_gpus, 0, 1e9);
      s.get("priority", t.priority, -1000, 1000);
    });
  }
};

}  // namespace

Setup read_setup(const std::string& file, std::string_view text, Setup setup) {
  Diagnostics diagnostics;
  const auto parsed = parse_toml(file, text, diagnostics);
  diagnostics.throw_if_errors();
  {
    Reader reader{file, diagnostics};
    TomlSection root(*parsed, file, diagnostics);
    reader.fleet(root, setup.fleet);
    reader.mix(root, setup.mix);
    reader.failures(root, setup.scenario);
    reader.outages(root, setup.fleet, setup.scenario.outages);
    reader.rules(root, setup);
  }
  diagnostics.throw_if_errors();
  return setup;
}

void apply_tenants(Workload& workload, const std::vector<Tenant>& tenants) {
  for (Tenant& mine : workload.tenants)
    for (const Tenant& said : tenants)
      if (said.name == mine.name) mine = said;
}

}  // namespace stargate::operate
