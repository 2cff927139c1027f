// What the page says, in a reader's units. The data's own units: MW, million USD, PFLOP/s, GWh.

const data = JSON.parse(document.getElementById("report-data").textContent);
const usMap = JSON.parse(document.getElementById("us-map").textContent);
const { about } = data;
const quarters = about.quarters;
const lastQuarter = quarters.length - 1;
const lastBuilding = Math.min(lastQuarter, about.build_quarters - 1);

const number = (value, digits = 0) =>
  (value ?? 0).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");

/// Three significant figures, thousands grouped: 12,300 is 12,300 but 1.2345 is 1.23.
const significant = (value) => {
  const size = Math.abs(value ?? 0);
  if (size === 0) return "0";
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return number(value, digits).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
};
const scaled = (value, units) => {
  const [factor, unit] = units.find(([f]) => Math.abs(value ?? 0) >= f) ?? units.at(-1);
  return `${significant((value ?? 0) / factor)}${unit}`;
};

const mw = (value) => scaled(value, [[1000, " GW"], [1, " MW"]]);
const usd = (value_m) => !value_m ? "$0" :
  (value_m < 0 ? "−" : "") + "$" + scaled(Math.abs(value_m ?? 0), [[1e6, " trillion"], [1000, " bn"], [1, " m"]]);
const usdInWords = (value_m) => usd(value_m).replace(" bn", " billion").replace(" m", " million");
const count = (value) => scaled(value, [[1e9, " billion"], [1e6, " million"], [1, ""]]);
const flops = (value_pf) => scaled(value_pf, [[1e6, " ZFLOP/s"], [1000, " EFLOP/s"], [1, " PFLOP/s"]]);
const percent = (share, digits = 0) => `${number(share * 100, digits)} %`;
const plural = (n, one, many = one + "s") => `${number(n)} ${n === 1 ? one : many}`;

/// "2027 Q3"; also for indices before the programme and after the page's last quarter.
const quarterName = (t) => {
  if (quarters[t]) return quarters[t].replace("-", " ");
  const [year, q] = quarters[0].split("-Q").map(Number);
  const n = year * 4 + q - 1 + t;
  return `${Math.floor(n / 4)} Q${n % 4 + 1}`;
};
/// A name without what stands in brackets after it.
const plain = (name) => name.replace(/ \(.*\)$/, "");
const words = (id) => (id ?? "").replaceAll("_", " ");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const sum = (values) => values.reduce((a, b) => a + (b ?? 0), 0);
const most = (values) => values.reduce((a, b) => Math.max(a, b ?? 0), 0);
const runningSum = (values) => { let total = 0; return values.map((v) => (total += v ?? 0)); };
const addSeries = (all) => quarters.map((_, t) => sum(all.map((s) => s[t])));
const listing = (names) => names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
