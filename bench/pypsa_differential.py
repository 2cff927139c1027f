#!/usr/bin/env python3
"""Random networks, written and solved by PyPSA, for `stargate power solve` to be compared with.

    bench/pypsa_differential.py make FOLDER --count 60 [--first 0]   needs PyPSA 1.3 (a venv of its own)
    bench/pypsa_differential.py compare FOLDER [--program stargate]  needs only the program

`make` writes NAME.nc and a line of answers.csv for each: the options it was solved with (as the program names them), objective and
constant as PyPSA tells them. Each network draws its features by its number, so that any one can be made again. `compare` prints what differs by
more than a millionth, and ends with 1 if any does. cases/energy/pypsa_1_3 holds a set made so.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys

FEATURES = [
    "lines", "transformers", "shift", "shift_decided", "links", "multiport", "delay", "process", "storage", "stores", "commitment", "modules",
    "committed_modules", "maintenance", "maintenance_extendable", "piecewise", "piecewise_concave", "piecewise_capital", "piecewise_link", "quadratic",
    "co2", "expansion_limits", "ramps", "extendable", "overnight", "losses_tangents", "losses_secants", "invest", "weights", "e_sum", "set_points", "cvar",
]


def network(number):
    import numpy as np
    import pandas as pd
    import pypsa

    rng = np.random.default_rng(7000 + number)
    has = {f: rng.random() < 0.3 for f in FEATURES}
    has[FEATURES[number % len(FEATURES)]] = True
    if has["cvar"] and number % len(FEATURES) != FEATURES.index("cvar"):
        has["cvar"] = False
    if has["cvar"]:
        for f in ("invest", "quadratic", "maintenance", "maintenance_extendable", "piecewise", "piecewise_concave", "piecewise_capital", "piecewise_link"):
            has[f] = False
    if has["invest"]:
        for f in ("maintenance", "maintenance_extendable", "delay", "commitment", "modules", "committed_modules", "piecewise_concave", "quadratic", "overnight", "e_sum"):
            has[f] = False
    if has["quadratic"]:
        for f in ("commitment", "modules", "committed_modules", "maintenance", "maintenance_extendable", "piecewise_concave", "piecewise_link", "piecewise_capital", "shift_decided"):
            has[f] = False
    if has["losses_tangents"]:
        has["losses_secants"] = False
    hours = int(rng.integers(6, 11))
    n = pypsa.Network()
    if has["invest"]:
        n.set_snapshots(pd.MultiIndex.from_product([[2030, 2040], range(hours)], names=["period", "timestep"]))
        n.investment_periods = [2030, 2040]
        n.investment_period_weightings["years"] = [10, 10]
        n.investment_period_weightings["objective"] = [7.7, 4.7]
    else:
        n.set_snapshots(range(hours))
    T = len(n.snapshots)
    if has["weights"]:
        w = rng.integers(1, 4, T)
        n.snapshot_weightings["objective"] = w * 2.0
        n.snapshot_weightings["stores"] = w
        n.snapshot_weightings["generators"] = w
    buses = [f"b{i}" for i in range(int(rng.integers(2, 5)))]
    for c, e in (("gas", 0.2), ("coal", 0.34), ("wind", 0.0), ("AC", 0.0), ("shed", 0.0), ("bio", 0.05)):
        n.add("Carrier", c, co2_emissions=e)
    r = lambda a, b: round(float(rng.uniform(a, b)), 3)
    profile = lambda a, b: np.round(rng.uniform(a, b, T), 3)
    build = lambda: dict(build_year=int(rng.choice([2020, 2030])), lifetime=float(rng.choice([15, 40]))) if has["invest"] else {}
    capital = lambda: ({"overnight_cost": r(200, 900), "discount_rate": r(0.03, 0.1), "lifetime": 20.0, "fom_cost": r(0, 3)} if has["overnight"] and not has["invest"] else {"capital_cost": r(20, 80)})
    for i, b in enumerate(buses):
        n.add("Bus", b, v_nom=380.0 if i % 2 == 0 else 220.0)
        n.add("Load", "l" + b, bus=b, p_set=profile(30, 100))
        n.add("Generator", "shed" + b, bus=b, p_nom=1e4, marginal_cost=2000.0 + i, carrier="shed")
        n.add("Generator", "dump" + b, bus=b, p_nom=1e4, marginal_cost=1.0 + 0.1 * i, sign=-1, carrier="shed")
        n.add("Generator", "gas" + b, bus=b, p_nom=r(40, 90), marginal_cost=r(30, 60), carrier="gas", efficiency=r(0.4, 0.6))
        ext = has["extendable"] and rng.random() < 0.7
        n.add("Generator", "wind" + b, bus=b, p_nom=r(20, 80), marginal_cost=0.5, carrier="wind", p_max_pu=profile(0.05, 0.9), p_nom_extendable=bool(ext),
              p_nom_max=300.0, **(capital() if ext else {}), **(build() if ext else {}))
    if has["quadratic"]:
        n.c.generators.static.loc["gasb0", "marginal_cost_quadratic"] = 0.05
    pairs = [(buses[i], buses[(i + 1) % len(buses)]) for i in range(len(buses) if len(buses) > 2 else 1)]
    for k, (a, b) in enumerate(pairs):
        if has["transformers"] or has["shift"] or has["shift_decided"]:
            extra = {}
            if has["shift"]:
                extra["phase_shift"] = r(-15, 15) if rng.random() < 0.6 else list(profile(-10, 10))
            if has["shift_decided"] and k == 0:
                extra.update(phase_shift_min=-12.0, phase_shift_max=10.0, phase_shift=0.0)
            n.add("Transformer", f"t{k}", bus0=a, bus1=b, x=r(0.05, 0.3), r=r(0.001, 0.02), s_nom=r(20, 70), tap_ratio=r(0.9, 1.1), **extra)
        if has["lines"] or has["losses_tangents"] or has["losses_secants"] or k % 2 == 0:
            ext = has["extendable"] and rng.random() < 0.5
            n.add("Line", f"line{k}", bus0=a, bus1=b, x=r(2, 30), r=r(0.5, 4), s_nom=r(10, 60), s_max_pu=r(0.6, 1), length=r(50, 200), carrier="AC",
                  s_nom_extendable=bool(ext), s_nom_max=150.0, **(dict(capital_cost=r(5, 30)) if ext else {}), **(build() if ext else {}))
    if len(buses) > 2 and has["lines"]:
        n.add("Line", "diagonal", bus0=buses[0], bus1=buses[2], x=r(2, 30), r=r(0.5, 4), s_nom=r(10, 60))
    if has["links"] or has["multiport"] or has["delay"]:
        extra = {}
        if has["multiport"]:
            n.add("Bus", "heat")
            n.add("Load", "lheat", bus="heat", p_set=profile(5, 20))
            n.add("Generator", "shedheat", bus="heat", p_nom=1e3, marginal_cost=900.0, carrier="shed")
            n.add("Generator", "dumpheat", bus="heat", p_nom=1e3, sign=-1, marginal_cost=0.2, carrier="shed")
            extra = dict(bus2="heat", efficiency2=r(0.2, 0.5))
        if has["delay"]:
            extra["delay"] = 2
            extra["cyclic_delay"] = bool(rng.random() < 0.5)
        n.add("Link", "link", bus0=buses[0], bus1=buses[1], p_nom=r(20, 60), efficiency=r(0.8, 1), marginal_cost=r(0, 2), p_min_pu=0.0, **extra)
    if has["process"]:
        n.add("Process", "process", bus0=buses[0], bus1=buses[-1], rate0=-1.0, rate1=r(0.7, 0.95), p_nom=r(10, 40), marginal_cost=0.3)
    if has["storage"]:
        ext = has["extendable"]
        n.add("StorageUnit", "hydro", bus=buses[0], p_nom=r(20, 50), max_hours=4.0, efficiency_store=0.9, efficiency_dispatch=0.92, standing_loss=0.01,
              inflow=profile(0, 15), spill_cost=r(0, 2), state_of_charge_initial=r(10, 60), cyclic_state_of_charge=bool(rng.random() < 0.5), marginal_cost=0.4,
              p_nom_extendable=bool(ext), p_nom_max=120.0, **(capital() if ext else {}), **(build() if ext else {}),
              **(dict(cyclic_state_of_charge_per_period=bool(rng.random() < 0.5), state_of_charge_initial_per_period=bool(rng.random() < 0.5)) if has["invest"] else {}))
    if has["stores"]:
        n.add("Store", "tank", bus=buses[-1], e_nom=r(40, 120), e_initial=r(5, 30), e_cyclic=bool(rng.random() < 0.5), standing_loss=0.02, marginal_cost=0.2,
              marginal_cost_storage=0.05, e_min_pu=0.1 if rng.random() < 0.4 else 0.0,
              **(dict(e_cyclic_per_period=True) if has["invest"] and rng.random() < 0.5 else {}))
    if has["commitment"]:
        n.add("Generator", "unit", bus=buses[0], p_nom=r(40, 90), committable=True, p_min_pu=0.4, marginal_cost=r(10, 25), start_up_cost=r(100, 500), shut_down_cost=r(0, 100),
              min_up_time=int(rng.integers(0, 4)), min_down_time=int(rng.integers(0, 3)), stand_by_cost=r(0, 30), carrier="coal", efficiency=0.4,
              up_time_before=int(rng.integers(0, 2)), **(dict(ramp_limit_up=0.5, ramp_limit_start_up=0.6, ramp_limit_shut_down=0.7) if has["ramps"] else {}))
    if has["modules"]:
        n.add("Generator", "modular", bus=buses[-1], p_nom_extendable=True, p_nom_mod=17.0, p_nom_max=170.0, capital_cost=r(20, 60), marginal_cost=r(8, 20), carrier="gas", efficiency=0.5)
    if has["committed_modules"]:
        n.add("Generator", "fleet", bus=buses[-1], p_nom_extendable=True, p_nom_mod=20.0, p_nom_max=120.0, committable=True, p_min_pu=0.3, capital_cost=r(5, 25),
              marginal_cost=r(8, 20), start_up_cost=r(20, 90), carrier="gas", efficiency=0.5)
    if has["maintenance"]:
        n.add("Generator", "serviced", bus=buses[0], p_nom=r(30, 70), marginal_cost=r(8, 15), maintainable=True, maintenance_duration=float(rng.integers(2, 4)),
              maintenance_events=int(rng.integers(1, 3)), maintenance_pu=float(rng.choice([0.5, 1.0])), carrier="bio", p_min_pu=0.2 if rng.random() < 0.3 else 0.0)
    if has["maintenance_extendable"]:
        n.add("Generator", "serviced_ext", bus=buses[-1], p_nom_extendable=True, p_nom_max=90.0, p_nom_min=10.0, capital_cost=r(10, 60), marginal_cost=r(8, 15),
              maintainable=True, maintenance_duration=2.0, carrier="bio")
    if has["piecewise"]:
        n.add("Generator", "pw", bus=buses[0], p_nom=60.0, marginal_cost={0.0: 0.0, 0.5: r(15, 25), 1.0: r(30, 45)})
    if has["piecewise_concave"]:
        n.add("Generator", "pwc", bus=buses[-1], p_nom=50.0, marginal_cost={0.0: 0.0, 0.4: r(60, 75), 1.0: r(20, 30)})
    if has["piecewise_capital"]:
        n.add("Generator", "pwk", bus=buses[0], p_nom_extendable=True, p_nom_max=100.0, capital_cost={0.0: 0.0, 40.0: r(30, 60), 100.0: r(10, 25)}, marginal_cost=r(5, 12))
    if has["piecewise_link"]:
        n.add("Bus", "fuel")
        n.add("Generator", "well", bus="fuel", p_nom=500.0, marginal_cost=r(8, 14))
        n.add("Link", "plant", bus0="fuel", bus1=buses[0], p_nom=100.0, efficiency={0.0: 0.0, 0.5: r(0.3, 0.38), 1.0: r(0.45, 0.55)})
    if has["ramps"]:
        n.c.generators.static.loc["gasb0", ["ramp_limit_up", "ramp_limit_down"]] = [0.3, 0.4]
    if has["co2"]:
        n.add("GlobalConstraint", "co2", type="primary_energy", carrier_attribute="co2_emissions", sense="<=", constant=r(200, 900) * (10 if has["invest"] else 1),
              **(dict(investment_period=2030) if has["invest"] else {}))
    if has["expansion_limits"] and has["extendable"]:
        n.add("GlobalConstraint", "wind_limit", type="tech_capacity_expansion_limit", carrier_attribute="wind", sense="<=", constant=r(150, 400))
        n.add("GlobalConstraint", "volume", type="transmission_volume_expansion_limit", carrier_attribute="AC", sense="<=", constant=r(4000, 30000))
    if has["e_sum"]:
        n.c.generators.static.loc["gasb1", "e_sum_max"] = r(60, 200)
    if has["set_points"]:
        p = np.full(T, np.nan)
        p[1] = 12.5
        n.c.generators.dynamic.p_set["gasb1"] = p
    options, arguments = {}, []
    if has["losses_tangents"]:
        options["transmission_losses"] = {"mode": "tangents", "segments": 3}
        arguments += ["--loss-tangents", "3"]
    elif has["losses_secants"]:
        options["transmission_losses"] = {"mode": "secants", "atol": 0.2, "rtol": 0.1}
        arguments += ["--loss-secants", "0.2", "0.1"]
    if has["invest"]:
        options["multi_investment_periods"] = True
    if has["cvar"]:
        n.set_scenarios({"low": 0.5, "mid": 0.3, "high": 0.2})
        for k, s in enumerate(("low", "mid", "high")):
            for b in buses:
                n.c.loads.dynamic.p_set[(s, "l" + b)] = n.c.loads.dynamic.p_set[("low", "l" + b)] * (1 + 0.15 * k)
        n.set_risk_preference(alpha=0.6, omega=0.3)
        arguments += ["--cvar", "0.6", "--omega", "0.3"]
    return n, options, arguments, [f for f in FEATURES if has[f]]


def make(folder, first, count):
    import logging
    import warnings
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(first, first + count):
        name = f"n{number:03d}"
        try:
            n, options, arguments, features = network(number)
            n.export_to_netcdf(folder / f"{name}.nc")
            status, condition = n.optimize(solver_name="highs", log_to_console=False, solver_options={"mip_rel_gap": 1e-9, "output_flag": False}, include_objective_constant=True, **options)
        except Exception as e:  # what PyPSA does not solve is no referee
            print(name, "not solved by PyPSA:", type(e).__name__, str(e)[:200], file=sys.stderr)
            continue
        answer = [repr(float(n.objective)), repr(float(n.objective_constant))] if status == "ok" else ["", ""]
        rows.append([name, " ".join(arguments), condition, *answer, " ".join(features)])
        print(*rows[-1], flush=True)
    path = folder / "answers.csv"
    new = not path.exists()
    with path.open("a", newline="") as f:
        out = csv.writer(f)
        if new:
            out.writerow(["network", "arguments", "status", "objective", "constant", "features"])
        out.writerows(rows)


def compare(folder, program):
    worst, bad = 0.0, 0
    for row in csv.DictReader((folder / "answers.csv").open()):
        run = subprocess.run([program, "power", "solve", str(folder / f"{row['network']}.nc"), "--json", *row["arguments"].split()], capture_output=True, text=True)
        try:
            ours = json.loads(run.stdout)
        except json.JSONDecodeError:
            print(row["network"], "no answer:", run.stderr.strip()[-200:], "|", row["features"])
            bad += 1
            continue
        if not row["objective"]:
            if ours["status"] != row["status"]:
                print(row["network"], row["status"], "ours:", ours["status"])
                bad += 1
            continue
        if ours["objective"] is None:
            print(row["network"], ours["status"], ours.get("why"), "|", row["features"])
            bad += 1
            continue
        error = abs(ours["objective"] - float(row["objective"])) / max(abs(float(row["objective"]) + float(row["constant"])), 1)
        worst = max(worst, error)
        verified = max(v for k, v in ours["verified"].items() if k in ("balance", "storage", "kirchhoff", "limits", "commitment", "global", "policy", "objective_error"))
        if error > 1e-6 or verified > 1e-6:
            print(row["network"], f"{error:.2e}", row["objective"], ours["objective"], f"verified {verified:.1e} {ours['verified']['worst']}", "|", row["features"])
            bad += 1
    print(f"largest difference {worst:.1e}; {bad} differ")
    return 1 if bad else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["make", "compare"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--program", default="build/release/src/stargate")
    a = parser.parse_args()
    sys.exit(make(a.folder, a.first, a.count) if a.what == "make" else compare(a.folder, a.program))
