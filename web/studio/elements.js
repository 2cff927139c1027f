// Elements from names, attributes and children (text is always a text node), and requests to the studio.

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

export class Refused extends Error {
  constructor(status, body) {
    super((body.errors ?? []).map((e) => `${e.place}: ${e.message}${e.hint ? ` (${e.hint})` : ""}`).join("\n") ||
      `the studio answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

async function request(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { "X-Stargate": "1", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}
export const get = (path) => request("GET", path);
export const post = (path, body = {}) => request("POST", path, body);

export const words = (name) => name.replaceAll("_", " ").replaceAll("-", " ");

/// As a person reads it: three or four figures, thousands grouped.
export function shown(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 10000) return String(value);
  const size = Math.abs(value);
  return value.toLocaleString("en-US", { maximumFractionDigits: size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4 });
}

/// Rows of an answer's table: columns with unit and meaning, sortable by a click on their head.
export function answerTable(spec, rows) {
  const columns = spec.columns;
  const body = h("tbody");
  const put = (list) => body.replaceChildren(...list.slice(0, 400).map((row) =>
    h("tr", {}, columns.map((c) => h("td", { class: typeof row[c.name] === "number" ? "number" : null }, shown(row[c.name]))))));
  put(rows);
  let by = null, down = false;
  return h("div", { class: "box", tabindex: "0", role: "region", "aria-label": spec.about || spec.name },
    h("table", {}, h("thead", {}, h("tr", {}, columns.map((c) => h("th", { scope: "col", title: c.about },
      h("button", { type: "button", onclick: () => {
        down = by === c.name ? !down : true, by = c.name;
        put([...rows].sort((a, b) => {
          const [x, y] = [a[c.name] ?? "", b[c.name] ?? ""];
          return (down ? -1 : 1) * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
        }));
      } }, words(c.name), c.unit && h("small", {}, ` ${c.unit}`)))))), body),
    rows.length > 400 && h("p", { class: "note" }, `The first 400 of ${rows.length} rows.`));
}
