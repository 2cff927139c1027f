#!/usr/bin/env python3
"""Writes the 26 zones of the default programme as a system for 'stargate power adequacy' (docs/adequacy.md): hourly load, units one by one, storage and
ties. Load is that of 2025 and the fleet that of 2027 without what other customers' growth will add; one weather year of 8,736 hours."""
import argparse
import csv
from collections import defaultdict
from pathlib import Path

import make_grid
from tables import read_rows

# Mean hours of a repair. estimate: the classes of the IEEE Reliability Test System of 1979 (nuclear 150, coal 40 to 100, gas turbines 50).
REPAIR_HOURS = {"nuclear": 150, "coal": 60, "gas_cc": 50, "gas_peaker": 50, "oil": 50, "bio_geo": 60}
SMALL_MW = 20  # units below are taken together in blocks of this size


def write(folder, name, header, rows):
    with open(folder / f"{name}.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def seasons():
    """Season of each of the 8,736 hours."""
    out = []
    for month, days in enumerate(make_grid.MONTH_DAYS):
        out += [make_grid.SEASON_OF_MONTH[month]] * 24 * days
    return out[:8736]


def units(raw):
    """(zone, technology) -> units as (name, MW, MWh); the classes and years of make_grid.fleet_rows. Rows of one unit are its owners' or fuels' parts."""
    reeds = {r["plant_id"]: r["region"] for r in read_rows(raw.energy / "fleet" / "plant_region_map.csv.gz")}
    groups = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for u in read_rows(raw.energy / "fleet" / "reeds_generators_transformed.csv.gz"):
        mw, region = float(u["capacity_mw"] or 0), reeds[u["plant_id"]]
        zone = make_grid.ZONE_OF_REEDS.get(region)
        if not zone or mw <= 0 or float(u["operating_year"] or 0) > make_grid.IN_SERVICE_BY or float(u["retirement_year"] or 9999) < make_grid.STAYS_UNTIL:
            continue
        technology = make_grid.TECHNOLOGY[u["technology"]]
        city = make_grid.NEW_YORK_CITY.get(technology, 0.0) if region == "p127" else 0.0
        for where, share in ((zone, 1 - city), ("NYCW", city)):
            if share > 0:
                one = groups[where, technology][f"{u['plant_id']}-{u['generator_id']}"]
                one[0] += share * mw
                one[1] += share * float(u["capacity_mwh"] or 0)
    return {key: [(name, mw, mwh) for name, (mw, mwh) in members.items()] for key, members in groups.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with the raw data")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    arguments = parser.parse_args()
    raw = make_grid.Raw(arguments.shared)
    arguments.out.mkdir(parents=True, exist_ok=True)
    zones, hours = sorted(make_grid.ZONES), range(8736)
    write(arguments.out, "load", ["step", *zones], [[h + 1, *(round(raw.load[z][h], 1) for z in zones)] for h in hours])

    season, profiles, rows, storage = seasons(), {}, [], []
    for (zone, technology), members in sorted(units(raw).items()):
        kind, _, available, _ = make_grid.FLEET[technology]
        total = sum(mw for _, mw, _ in members)
        if kind in ("wind", "solar", "hydro"):
            series = getattr(raw, kind)[zone]
            profiles[f"{zone} {kind}"] = [round(max(0.0, series[h]), 4) for h in hours]
            rows.append([f"{zone} {kind}", zone, technology, round(total, 1), 1, f"{zone} {kind}", "", ""])
        elif kind == "storage":
            energy = total * 8 if technology == "pumped_storage" else max(total, sum(mwh for _, _, mwh in members))
            efficiency = round((0.80 if technology == "pumped_storage" else 0.85) ** 0.5, 4)
            storage.append([f"{zone} {technology}", zone, technology, round(total * max(available), 1), round(energy * max(available), 1), efficiency, efficiency])
        else:
            # The best season's availability is that of forced outages; what the others lack is maintenance.
            profiles.setdefault(technology, [round(available[season[h]] / max(available), 4) for h in hours])
            outage = [round(1 - max(available), 4), REPAIR_HOURS[technology]]
            small = sum(mw for _, mw, _ in members if mw < SMALL_MW)
            for name, mw, _ in members:
                if mw >= SMALL_MW:
                    rows.append([f"{zone} {name}", zone, technology, round(mw, 1), 1, technology, *outage])
            blocks = round(small / SMALL_MW)
            if blocks:
                rows.append([f"{zone} small {technology}", zone, technology, round(small / blocks, 2), blocks, technology, *outage])
    write(arguments.out, "units", ["name", "area", "category", "capacity_mw", "count", "profile", "forced_outage_rate", "mttr_hours"], rows)
    write(arguments.out, "storage", ["name", "area", "category", "discharge_mw", "energy_mwh", "charge_efficiency", "discharge_efficiency"], storage)
    names = sorted(profiles)
    write(arguments.out, "profiles", ["step", *names], [[h + 1, *(profiles[n][h] for n in names)] for h in hours])
    write(arguments.out, "ties", ["name", "from", "to", "forward_mw"], [[r[0], r[1], r[2], round(r[3], 1)] for r in make_grid.line_rows(raw)])


if __name__ == "__main__":
    main()
