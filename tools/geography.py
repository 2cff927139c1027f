"""Which of the 26 grid zones a county lies in, by way of the 134 ReEDS zones."""

from collections import defaultdict
from tables import read_rows

# ReEDS zone -> zone of us26. The states' borders settle most; what they do not is told by zone.
_BY_ZONE = {
    "NWPP": [*range(1, 9), 14, 17, 18, 19, 20],
    "BASN": [12, 13, 15, 16, 25, 26],
    "RMRG": [21, 22, 23, 24, 32, 33, 34],
    "SRSG": [27, 28, 29, 30, 31, 59],
    "CANO": [9],
    "CASO": [10, 11],
    "SPPN": [35, 36, 38, 39, 40, 41],
    "SPPC": [52, 53, 54, 55],
    "SPPS": [47, 48, 49, 50, 51, 56, 57],
    "TREW": [60, 61, 62],
    "TRE": [63, 64, 65, 67],
    "MISS": [58, 66, 85, 86, 87],
    "MISW": [37, 42, 43, 44, 45, 46, 68, 69, 70, 74, 75, 76, 77, 78, 79],
    "MISC": [71, 72, 73, 81, 82, 83, 84, 105, 106, 107, 108],
    "MISE": [103],
    "PJMC": [80],
    "PJMW": [104, 110, 111, 112, 113, 114, 115, 116, 117, 118],
    "PJMD": [99, 100],
    "PJME": [119, 120, 121, 122, 123, 124, 125, 126],
    "SRCE": [88, 92, 93, 109],
    "SRSE": [89, 90, 91, 94],
    "SRCA": [95, 96, 97, 98],
    "FRCC": [101, 102],
    "NYUP": [127],
    "NYCW": [128],
    "ISNE": [129, 130, 131, 132, 133, 134],
}
ZONE_OF_REEDS = {f"p{n}": zone for zone, numbers in _BY_ZONE.items() for n in numbers}
ZONES = sorted(_BY_ZONE)

# EIA census division, in the spelling of the AEO gas price table.
DIVISION = {
    "NWPP": "Pacific", "CANO": "Pacific", "CASO": "Pacific",
    "BASN": "Mountain", "RMRG": "Mountain", "SRSG": "Mountain",
    "SPPN": "West_North_Central", "SPPC": "West_North_Central", "MISW": "West_North_Central",
    "SPPS": "West_South_Central", "TRE": "West_South_Central", "TREW": "West_South_Central", "MISS": "West_South_Central",
    "MISC": "East_North_Central", "MISE": "East_North_Central", "PJMC": "East_North_Central", "PJMW": "East_North_Central",
    "SRCE": "East_South_Central", "SRSE": "South_Atlantic", "SRCA": "South_Atlantic", "PJMD": "South_Atlantic",
    "FRCC": "South_Atlantic", "PJME": "Mid_Atlantic", "NYUP": "Mid_Atlantic", "NYCW": "Mid_Atlantic",
    "ISNE": "New_England",
}


class Counties:
    """Counties of the contiguous states: FIPS, name, state, zone, population, risk."""

    def __init__(self, shared):
        energy = shared / "data" / "energy" / "reeds"
        reeds = {r["FIPS"].zfill(5): r["r"] for r in read_rows(energy / "zones_z134_county2zone.csv.gz")}
        self.rows = {}
        for r in read_rows(shared / "data" / "sites" / "NRI_Table_Counties.csv"):
            state = "DC" if r["STATEABBRV"] == "D.C." else r["STATEABBRV"]
            fips = r["STCOFIPS"].zfill(5)
            self.rows[fips] = {
                "fips": fips, "county": r["COUNTY"], "state": state, "reeds": reeds.get(fips),
                "zone": "ISNE" if state == "CT" else ZONE_OF_REEDS.get(reeds.get(fips)), "population": float(r["POPULATION"]),
                "risk": float(r["RISK_SCORE"] or 0),
            }
        self.by_name = {(c["state"], self.plain(c["county"])): c for c in self.rows.values()}

    @staticmethod
    def plain(name):
        name = name.lower().replace(".", "").strip()
        for word in (" county", " parish"):
            name = name.removesuffix(word)
        return name

    def find(self, state, county):
        found = self.by_name.get((state, self.plain(county)))
        if not found:
            raise SystemExit(f"no county '{county}' in {state}")
        return found

    def zone_shares(self):
        """state -> {zone: share of the state's people}."""
        people = defaultdict(lambda: defaultdict(float))
        for c in self.rows.values():
            if c["zone"]:
                people[c["state"]][c["zone"]] += c["population"]
        return {s: {z: p / sum(zs.values()) for z, p in zs.items()} for s, zs in people.items()}
