#!/usr/bin/env python3
"""Makes accelerator_supply.csv and stage_capacity.csv: Epoch AI's shipments as far as they go, then a stated path."""

from collections import defaultdict

from tables import quarters, read_rows, shared_folder, write_table

LAST_COUNTED = "2025-Q4"  # the last quarter that Epoch AI counts in full for all makers
QUARTERS = quarters("2025-Q1", "2030-Q4")

# system: Epoch's chip types, share of them sold in this form, chips a rack.
# estimate: three in four Blackwell packages go into NVL72 racks (makers' statements), two in five Hoppers of 2025 are H100.
COUNTED = {
    "h100_hgx": (("H100",), 0.40, 32), "h200_hgx": (("H100",), 0.60, 32), "b200_hgx": (("B200",), 0.30, 32), "gb200_nvl72": (("B200",), 0.70, 72),
    "gb300_nvl72": (("B300",), 0.75, 72), "mi300x": (("Instinct MI300X", "Instinct MI325X"), 1.0, 32),
    "mi355x": (("Instinct MI350X", "Instinct MI355X"), 1.0, 64), "tpu_v6e": (("TPU v6e",), 1.0, 64), "tpu7x": (("TPU v7",), 1.0, 64),
    "trainium2": (("Trainium2",), 1.0, 64),
}
# NVIDIA packages a quarter after that, in thousands (two-die equivalents). estimate: 60 % of packaging capacity (stage_capacity),
# 16 Blackwell or 9 Rubin packages a wafer, and not more than demand stated by the maker (500 B USD of orders for 2025 and 2026).
NVIDIA_THOUSAND = dict(zip(QUARTERS[4:], (1300, 1450, 1600, 1750, 1900, 2050, 2200, 2300, 2400, 2500, 2600, 2700, 2775, 2850, 2925, 3000, 3075, 3150, 3225, 3300)))
# Share of them by system, from its first quarter on. estimate: the maker's road map (Rubin 2026 H2, Rubin Ultra 2027 H2) and earlier ramps.
NVIDIA_MIX = {
    "h200_hgx": (0.04, 0.02), "b200_hgx": (0.06, 0.04, 0.02),
    "gb200_nvl72": (0.15, 0.08, 0.04), "gb300_nvl72": (0.60, 0.68, 0.68, 0.56, 0.38, 0.26, 0.17, 0.10, 0.05),
    "rubin_nvl72": (0, 0, 0.05, 0.22, 0.42, 0.54, 0.62, 0.66, 0.60, 0.50, 0.38, 0.26, 0.16, 0.10, 0.06, 0.04),
    "rubin_ultra": (0, 0, 0, 0, 0, 0, 0, 0.04, 0.15, 0.30, 0.42, 0.54, 0.64, 0.70, 0.74, 0.76, 0.80, 0.80, 0.80, 0.80),
}
PACKAGE_SIZE = {"rubin_ultra": 2}  # a Rubin Ultra package holds four dies, two of the others
NVIDIA_CHIPS = {"h200_hgx": 32, "b200_hgx": 32, "gb200_nvl72": 72, "gb300_nvl72": 72, "rubin_nvl72": 72, "rubin_ultra": 144}
# Other makers after the last count, in thousands a quarter from 2026-Q1. estimate: makers' road maps and announced contracts
# (AMD and OpenAI 6 GW from 2026 H2, Broadcom and OpenAI 10 GW from 2026 H2, Google's and Amazon's expansions).
OTHERS_THOUSAND = {
    "mi355x": (64, (85, 90, 80, 60, 30)),
    "mi450_helios": (72, (0, 0, 15, 70, 140, 190, 240, 280, 310, 330, 350, 370, 390, 400, 410, 420, 430, 440, 450, 460)),
    "tpu_v6e": (64, (250, 150, 80)),
    "tpu7x": (64, (350, 480, 590, 680, 750, 800, 850, 900, 940, 980, 1020, 1060, 1090, 1120, 1150, 1180, 1210, 1240, 1270, 1300)),
    "trainium2": (64, (300, 200, 100)),
    "trainium3": (144, (90, 220, 330, 400, 450, 500, 550, 600, 640, 680, 720, 750, 780, 800, 820, 840, 860, 880, 900, 920)),
    "openai_titan": (64, (0, 0, 0, 8, 30, 65, 100, 135, 170, 205, 240, 270, 300, 320, 340, 360, 380, 400, 420, 440)),
}
# Share that the programme can have: of NVIDIA's racks what Oracle has of the count, rising to a fifth; others by contract.
SHARE = {  # system: (share in 2025-Q1, share from 2028-Q4 on), linear between
    "h100_hgx": (0.05, 0.05), "h200_hgx": (0.05, 0.05), "b200_hgx": (0.05, 0.08), "gb200_nvl72": (0.075, 0.20), "gb300_nvl72": (0.075, 0.20),
    "rubin_nvl72": (0.075, 0.20), "rubin_ultra": (0.075, 0.20), "mi300x": (0.10, 0.10), "mi355x": (0.10, 0.10), "mi450_helios": (0.30, 0.40),
    "tpu_v6e": (0.02, 0.02), "tpu7x": (0.02, 0.04), "trainium2": (0.02, 0.02), "trainium3": (0.02, 0.08), "openai_titan": (0.90, 0.90),
}
SHARE_RULE = ("share: estimate, Oracle's 7.5 % of Blackwell in 2025 (Epoch AI owners) rising in a straight line to 20 % by 2028-Q4 for NVIDIA; "
              "other makers by their contracts with OpenAI (docs/data.md)")

# World output, a value a quarter from 2024-Q2 on: packaging in thousand wafers a month, memory in million TB, logic in thousand
# wafers, assembly in racks. Facts: packaging 75 k wafers a month at the end of 2025, 95-150 k at the end of 2026; memory 3.75e9 GB
# in 2026; about 30,000 NVL72 racks in 2025 and as much work in other racks. The rest is estimate.
OUTPUT_QUARTERS = quarters("2024-Q2", "2030-Q4")
PACKAGING = (26, 30, 35, 40, 50, 62, 75, 84, 97, 110, 122, 132, 142, 152, 162, 170, 178, 186, 194, 200, 206, 212, 218, 224, 230, 236, 242)
MEMORY = (0.25, 0.30, 0.36, 0.42, 0.50, 0.60, 0.70, 0.80, 0.89, 0.98, 1.08, 1.16, 1.26, 1.36, 1.46, 1.56, 1.66, 1.76, 1.86, 1.95, 2.04, 2.13, 2.22, 2.31, 2.40, 2.49, 2.58)
LOGIC = (55, 62, 72, 85, 100, 115, 130, 150, 170, 190, 210, 235, 260, 285, 310, 335, 360, 385, 410, 435, 460, 485, 510, 535, 560, 585, 610)
ASSEMBLY = (8000, 10000, 12000, 14000, 16000, 18500, 21000, 23500, 26000, 28500, 31000, 33500, 36000, 39000, 42000, 46000, 50000, 54000, 58000, 61000,
            64000, 67000, 70000, 73000, 76000, 79000, 82000)
# Quarters from a stage's output to the rack at the customer's.
TO_RACK = {"logic": 3, "packaging": 2, "memory": 2, "assembly": 0}
# Share of shared output: estimate, what NVIDIA's, AMD's and Broadcom's agreements with OpenAI (26 GW to 2030) are of the about 190 GW
# that this path ships in 2026-30, reached in 2028-Q4; a single maker's line may give more (SHARE), all of them together not.
STAGES = {
    "packaging": ([3000 * v for v in PACKAGING], 0.06, 0.15, "75 k wafers a month at the end of 2025, 95-150 k at the end of 2026 (industry reports); other quarters: estimate"),
    "memory": ([1e6 * v for v in MEMORY], 0.06, 0.15, "3.75 billion GB in 2026 (industry reports); other years: estimate from makers' expansion plans"),
    "logic": ([1000 * v for v in LOGIC], 0.06, 0.15, "estimate: 3 to 5 nm wafers that go into accelerators, from packages counted by Epoch AI and dies a wafer, grown with announced fabs"),
    "assembly": (list(ASSEMBLY), 0.07, 0.16, "estimate: rack assemblers' statements (about 30,000 NVL72 racks in 2025), grown with announced plants"),
}


def quarter_of(date):
    month, _, year = date.split("/")
    return f"{year}-Q{(int(month) + 2) // 3}"


def counted(shared):
    """(chip type, quarter) -> units, as Epoch AI counts them."""
    units = defaultdict(float)
    for name in ("nvidia_calendar_quarter", "amd", "tpu_calendar_quarter", "trainium"):
        for r in read_rows(shared / "data" / "chips" / f"csv_export_{name}_chip_timelines.csv"):
            units[r["Name"].split(" - ")[1], quarter_of(r["Start date"])] += float(r["Number of Units"])
    return units


def ramp(first, last, quarter):
    """Straight line from 2025-Q1 to 2028-Q4, level after."""
    at = min(QUARTERS.index(quarter), 15)
    return round(first + (last - first) * at / 15, 4)


def shipped_chips(units):
    """system -> {quarter: (chips, how it is known)}, by the quarter in which the chips were shipped."""
    chips = defaultdict(dict)
    for quarter in ["2024-Q4", *QUARTERS]:
        for system, (types, share, _) in COUNTED.items():
            if quarter <= LAST_COUNTED:
                chips[system][quarter] = (share * sum(units[t, quarter] for t in types), "reported")
        if quarter > LAST_COUNTED:
            at = QUARTERS.index(quarter) - 4
            for system, mix in NVIDIA_MIX.items():
                if at < len(mix):
                    chips[system][quarter] = (1000 * NVIDIA_THOUSAND[quarter] * mix[at] / PACKAGE_SIZE.get(system, 1), "estimate")
            for system, (_, path) in OTHERS_THOUSAND.items():
                if at < len(path):
                    chips[system][quarter] = (1000 * path[at], "estimate")
    return chips


def supply_rows(shared):
    """Racks reach customers one quarter after their chips were shipped."""
    chips = shipped_chips(counted(shared))
    a_rack = {**{s: c for s, (_, _, c) in COUNTED.items()}, **NVIDIA_CHIPS, **{s: c for s, (c, _) in OTHERS_THOUSAND.items()}}
    rows = []
    for system in SHARE:
        for before, quarter in zip(["2024-Q4", *QUARTERS], QUARTERS):
            number, known = chips[system].get(before, (0.0, ""))
            racks = round(number / a_rack[system], 1)
            if racks <= 0:
                continue
            source = ("Epoch AI chip shipments of the quarter before, by chips a rack" if known == "reported" else
                      "estimate: path after Epoch AI's last full count (2025-Q4), tools/make_compute.py")
            rows.append([system, quarter, racks, ramp(*SHARE[system], quarter), f"{source}; {SHARE_RULE}", "2026-06-01", known])
    return rows


def main():
    rows = supply_rows(shared_folder(__doc__))
    source = ["source", "as_of", "basis"]
    write_table("accelerator_supply", "Racks that reach customers. Made by tools/make_compute.py.",
                ["accelerator", "quarter", "world_racks", "programme_share", *source], rows)
    write_table("stage_capacity", "World output of what accelerators share. Made by tools/make_compute.py.",
                ["stage", "quarter", "world_units", "programme_share", *source],
                [[stage, quarter, round(path[OUTPUT_QUARTERS.index(quarter) - TO_RACK[stage]]), ramp(first, last, quarter),
                  f"{text}; output of {TO_RACK[stage]} quarters before; share: estimate, agreements of 26 GW over the GW shipped to 2030", "2026-06-01", "estimate"]
                 for stage, (path, first, last, text) in STAGES.items() for quarter in QUARTERS])


if __name__ == "__main__":
    main()
