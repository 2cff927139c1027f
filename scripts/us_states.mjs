// Makes web/report/us-states.json, the outlines of the states on the report's map, from the npm package us-atlas 3
// (ISC licence; itself from the US Census Bureau's cartographic boundary files, public domain). Run once by hand, in a
// folder where us-atlas, topojson-client and topojson-simplify are installed:
//   node us_states.mjs > us-states.json
// The coordinates are those of us-atlas' own projection: Albers USA, scale 1300, on 975 x 610 (src/report/albers.h).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const here = createRequire(path.join(process.cwd(), "node_modules", "any"));
const { feature, mesh, quantize } = here("topojson-client");
const { presimplify, simplify } = here("topojson-simplify");

// FIPS codes and postal abbreviations of the 50 states and the District of Columbia.
const postal = Object.fromEntries(
  ("01AL 02AK 04AZ 05AR 06CA 08CO 09CT 10DE 11DC 12FL 13GA 15HI 16ID 17IL 18IN 19IA 20KS 21KY 22LA 23ME 24MD 25MA 26MI " +
   "27MN 28MS 29MO 30MT 31NE 32NV 33NH 34NJ 35NM 36NY 37NC 38ND 39OH 40OK 41OR 42PA 44RI 45SC 46SD 47TN 48TX 49UT 50VT " +
   "51VA 53WA 54WV 55WI 56WY").split(" ").map((code) => [code.slice(0, 2), code.slice(2)]));

const smallest_px2 = 1.2; // detail below this area, on the 975 x 610 map, is dropped
const atlas = JSON.parse(readFileSync(here.resolve("us-atlas/states-albers-10m.json"), "utf8"));
const simple = quantize(simplify(presimplify(atlas), smallest_px2), 1e4);

const tenth = (x) => Math.round(x * 10);
/// A ring as an SVG path in relative steps of a tenth of a pixel; nothing if it has shrunk away.
function ring_path(ring, closed) {
  const points = ring.map(([x, y]) => [tenth(x), tenth(y)]).filter((p, i, all) => i === 0 || p[0] !== all[i - 1][0] || p[1] !== all[i - 1][1]);
  if (closed) points.pop();
  if (points.length < (closed ? 3 : 2)) return "";
  let text = `M${points[0][0]} ${points[0][1]}l`;
  for (let i = 1; i < points.length; ++i)
    text += `${i > 1 ? " " : ""}${points[i][0] - points[i - 1][0]} ${points[i][1] - points[i - 1][1]}`;
  return text.replace(/ -/g, "-") + (closed ? "z" : "");
}
const area = (ring) => Math.abs(ring.reduce((sum, [x, y], i) => {
  const [u, v] = ring[(i + 1) % ring.length];
  return sum + x * v - u * y;
}, 0)) / 2;

const states = {};
for (const { id, properties, geometry } of feature(simple, simple.objects.states).features) {
  if (!postal[id]) continue;
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const rings = polygons.map((p) => p[0]).filter((r) => area(r) > 2).sort((a, b) => area(b) - area(a));
  // The label stands at the middle of the largest part.
  let cx = 0, cy = 0, total = 0;
  rings[0].forEach(([x, y], i) => {
    const [u, v] = rings[0][(i + 1) % rings[0].length];
    const cross = x * v - u * y;
    cx += (x + u) * cross, cy += (y + v) * cross, total += cross;
  });
  states[postal[id]] = { name: properties.name, at: [tenth(cx / (3 * total)) / 10, tenth(cy / (3 * total)) / 10],
                         path: rings.map((r) => ring_path(r, true)).join("") };
}
const borders = mesh(simple, simple.objects.states, (a, b) => a !== b).coordinates.map((l) => ring_path(l, false)).join("");
const sorted = Object.fromEntries(Object.entries(states).sort(([a], [b]) => (a < b ? -1 : 1)));
console.log(JSON.stringify({
  credit: "State outlines from us-atlas 3 (copyright 2013-2019 Michael Bostock, ISC licence), made from data of the US Census Bureau",
  licence: readFileSync(path.join(path.dirname(here.resolve("us-atlas/states-albers-10m.json")), "LICENSE"), "utf8").trim(),
  scale: 0.1, width: 975, height: 610, borders, states: sorted }).replace(/("[A-Z]{2}":\{)/g, "\n$1"));
