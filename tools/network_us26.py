#!/usr/bin/env python3
"""Makes the network of the 26 US zones: a PyPSA CSV folder of any number of hours, for the power engine.

One generator for each zone, technology and 'standing or to be built'; capacities add up, variable cost of what stands is weighted by
capacity, cost of what may be built is the mean over its clusters. Power in GW, money in millions of USD; hours weigh 8,736 in all.
"""

import argparse
import csv
from collections import defaultdict
from pathlib import Path

from tables import read_rows

HOURS_A_YEAR = 8736
UTC_MINUS_EST = 5  # profiles are in UTC, loads in Eastern Standard Time
NEW_STORAGE_HOURS = 4
STORAGE_EFFICIENCY = 0.92  # each way, of all storage, as in the published week; the study has 0.866 for pumped storage
UNSERVED_USD_PER_MWH = 5000
UNSERVED_GW = 1000
STORAGE = ("Batteries", "Hydroelectric Pumped Storage", "Battery_*_Moderate")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("--hours", type=int, default=168, help="hours from the first of the year (1 to 8736)")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with the raw data")
    arguments = parser.parse_args()
    if not 1 <= arguments.hours <= HOURS_A_YEAR:
        parser.error(f"--hours {arguments.hours}: 1 to {HOURS_A_YEAR} are there")
    arguments.out.mkdir(parents=True, exist_ok=True)
    energy = arguments.shared / "data" / "energy"
    study = Study(energy, arguments.hours)
    for name, (header, rows) in study.tables().items():
        with open(arguments.out / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
    print(f"{arguments.out}: {arguments.hours} hours, {len(study.generators)} generators")


class Study:
    def __init__(self, energy, hours):
        self.hours = hours
        self.resources = read_rows(energy / "us26" / "Generators_data.csv.gz")
        self.price = read_rows(energy / "us26" / "Fuels_data.csv.gz")[1]  # of the first hour; row 0 holds emissions
        self.load = read_rows(energy / "us26" / "Load_data.csv.gz")
        self.lines = read_rows(energy / "us26" / "Network.csv.gz")
        self.zones = list(dict.fromkeys(r["region"] for r in self.resources))
        self.regions = defaultdict(list)
        for row in read_rows(energy / "us26" / "zone_regions.csv"):
            self.regions[row["zone"]].append(row["ipm_region"])
        self.profiles = {kind: self.columns(energy / "profiles" / f"existing_{kind}.csv.gz") for kind in ("hydro", "solarpv", "wind")}
        self.generators = self.make_generators()

    @staticmethod
    def columns(path):
        rows = read_rows(path)
        return {region: [float(row[region]) for row in rows] for region in rows[0]}

    def tables(self):
        varying = [(row[0], self.capacity_factor(row[1], row[5])) for row in self.generators]
        varying = [(name, profile) for name, profile in varying if profile]
        weight = HOURS_A_YEAR / self.hours
        return {
            "network": (["name"], [[f"us26, {self.hours} hours"]]),
            "buses": (["name"], [[zone] for zone in self.zones]),
            "snapshots": (["snapshot", "objective", "stores", "generators"], [[t, weight, weight, weight] for t in range(self.hours)]),
            "generators": (["name", "bus", "p_nom", "p_nom_extendable", "p_nom_max", "carrier", "marginal_cost", "capital_cost"], self.generators),
            "generators-p_max_pu": (["snapshot", *[name for name, _ in varying]],
                                    [[t, *[profile[t] for _, profile in varying]] for t in range(self.hours)]),
            "storage_units": (["name", "bus", "p_nom", "p_nom_extendable", "capital_cost", "cyclic_state_of_charge", "max_hours",
                               "efficiency_store", "efficiency_dispatch"], self.make_storage()),
            "links": (["name", "bus0", "bus1", "p_nom", "p_nom_extendable", "p_nom_min", "p_nom_max", "p_min_pu", "capital_cost"], self.make_links()),
            "loads": (["name", "bus"], [[f"{zone} load", zone] for zone in self.zones]),
            "loads-p_set": (["snapshot", *[f"{zone} load" for zone in self.zones]],
                            [[t, *[float(self.load[t][f"Load_MW_z{z + 1}"]) / 1000 for z in range(len(self.zones))]] for t in range(self.hours)]),
        }

    def variable_cost(self, row):
        fuel = row["Fuel"]
        return float(row["Var_OM_Cost_per_MWh"]) + (float(row["Heat_Rate_MMBTU_per_MWh"]) * float(self.price[fuel]) if fuel != "None" else 0)

    def make_generators(self):
        """[name, bus, p_nom, p_nom_extendable, p_nom_max, carrier, marginal_cost, capital_cost] by zone and technology."""
        groups = defaultdict(list)
        for row in self.resources:
            if row["technology"] not in STORAGE and not row["technology"].startswith("Hydrogen"):
                groups[row["region"], row["technology"], row["New_Build"]].append(row)
        made = []
        for (zone, technology, new), rows in sorted(groups.items()):
            name = f"{zone} {technology} {new}"
            if new == "1":
                most = sum(float(r["Max_Cap_MW"]) for r in rows)
                annuity = sum(float(r[c]) for r in rows for c in ("Inv_Cost_per_MWyr", "Fixed_OM_Cost_per_MWyr", "interconnect_annuity")) / len(rows)
                cost = sum(map(self.variable_cost, rows)) / len(rows)
                made.append([name, zone, 0.0, True, most / 1000 if most > 0 else "inf", technology, cost / 1000, annuity / 1000])
                continue
            capacity = sum(float(r["Existing_Cap_MW"]) for r in rows)
            if capacity > 0:
                cost = sum(float(r["Existing_Cap_MW"]) * self.variable_cost(r) for r in rows) / capacity
                made.append([name, zone, capacity / 1000, False, "inf", technology, cost / 1000, 0.0])
        return made + [[f"{zone} unserved", zone, UNSERVED_GW, False, "inf", "", UNSERVED_USD_PER_MWH / 1000, 0.0] for zone in self.zones]

    def make_storage(self):
        made = []
        for row in self.resources:
            zone, technology = row["region"], row["technology"]
            if technology not in STORAGE:
                continue
            efficiency = [STORAGE_EFFICIENCY, STORAGE_EFFICIENCY]
            if row["New_Build"] == "1":
                power, energy = (sum(float(row[f"{c}_Cost_per_{unit}yr"]) for c in ("Inv", "Fixed_OM")) for unit in ("MW", "MWh"))
                made.append([f"{zone} new {technology}", zone, 0.0, True, (power + NEW_STORAGE_HOURS * energy) / 1000, True, NEW_STORAGE_HOURS, *efficiency])
            else:
                capacity = float(row["Existing_Cap_MW"])
                made.append([f"{zone} {technology}", zone, capacity / 1000, False, 0.0, True, float(row["Existing_Cap_MWh"]) / capacity, *efficiency])
        return made

    def make_links(self):
        made = []
        for row in self.lines:
            end = {int(row[f"z{z + 1}"]): zone for z, zone in enumerate(self.zones)}
            stands, more = float(row["Line_Max_Flow_MW"]) / 1000, float(row["Line_Max_Reinforcement_MW"]) / 1000
            made.append([row["transmission_path_name"], end[1], end[-1], stands, True, stands, stands + more, -1.0,
                         float(row["Line_Reinforcement_Cost_per_MWyr"]) / 1000])
        return made

    def capacity_factor(self, zone, technology):
        """Mean of the zone's regions; where the profiles have none of them, of all regions. None: always available."""
        kind = ("hydro" if "Hydroelectric" in technology else "wind" if "Wind" in technology else
                "solarpv" if "PV" in technology or "Solar" in technology or technology == "distributed_generation" else None)
        if kind is None:
            return None
        profiles = self.profiles[kind]
        mine = [profiles[r] for r in self.regions[zone] if r in profiles] or list(profiles.values())
        return [sum(p[(t + UTC_MINUS_EST) % len(p)] for p in mine) / len(mine) for t in range(self.hours)]


main()
