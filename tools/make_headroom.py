#!/usr/bin/env python3
"""Writes zone_shares.csv: which part of the headroom of an EIA-930 region is each zone's, by highest hourly load; and, with the program,
zone_headroom.csv: headroom by history of each zone (docs/headroom.md)."""
import argparse
import csv
import pathlib
import subprocess
import tempfile

from make_grid import EIA_GROUPS
from tables import read_rows

SOURCE = ("zones: highest hourly load of us26 (MIP_results_comparison), shared over the EIA-930 regions that make_grid.py scales them to; demand: EIA-930 2020-2024, cleaned "
          "(CC BY 4.0); method: Norris and others 2025, appendix C")


def shares(energy):
    rows = read_rows(energy / "us26" / "Load_data.csv.gz")
    order = [r[""] for r in read_rows(energy / "us26" / "Capacity_reserve_margin.csv.gz")]
    peak = {z: max(float(r[f"Load_MW_z{i}"]) for r in rows) for i, z in enumerate(order, 1)}
    for regions, zones in EIA_GROUPS.items():
        total = sum(peak[z] for z in zones)
        for zone in zones:
            for region in regions:
                yield zone, region, round(peak[zone] / total, 6)


def write(path, note, header, rows):
    with open(path, "w", newline="") as out:
        out.write(note)
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{path}: {len(rows)} rows")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=pathlib.Path, default=pathlib.Path("../shared"))
    parser.add_argument("--stargate", help="the program; without it the shares alone are written")
    arguments = parser.parse_args()
    here, energy = pathlib.Path(__file__).parent, arguments.shared / "data" / "energy"
    write(here / "zone_shares.csv", "# Shares of zones in the headroom of EIA-930 regions. Made by tools/make_headroom.py.\n", ["zone", "authority", "share"], list(shares(energy)))
    if not arguments.stargate:
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([arguments.stargate, "power", "headroom", "--history", str(energy / "eia930"), "--zones", str(here / "zone_shares.csv"), "-o", folder, "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        with open(pathlib.Path(folder) / "zones.csv", newline="") as found:
            rows = list(csv.DictReader(found))
    kept = ["curtailed_hours_per_year", "hours_half_left_per_year", "mean_depth", "events_per_year", "mean_event_hours", "longest_event_hours"]
    table = [[r["authority"], r["limit"], round(float(r["headroom_mw"])), *(round(float(r[k]), 3) for k in kept), SOURCE, "2026-11-28", "estimate"] for r in rows]
    write(here / "zone_headroom.csv", "# Headroom of each zone by history at several curtailed shares. Made by tools/make_headroom.py.\n",
          ["zone", "limit", "headroom_mw", *kept, "source", "as_of", "basis"], table)


if __name__ == "__main__":
    main()
