// Elements are made from names, attributes and children; text is always a text node, so no name can become markup.

const svgSpace = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [property, v] of Object.entries(value)) element.style.setProperty(property, v);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const s = (tag, attributes, ...children) => fill(document.createElementNS(svgSpace, tag), attributes, children);

/// A tooltip near a point of the window, within it.
const tip = {
  element: document.getElementById("tip"),
  show(x, y, ...children) {
    this.element.replaceChildren(...children.flat());
    this.element.hidden = false;
    const { width, height } = this.element.getBoundingClientRect();
    const left = x + 14 + width > innerWidth - 8 ? Math.max(8, x - 14 - width) : x + 14;
    this.element.style.left = `${left}px`;
    this.element.style.top = `${Math.max(8, Math.min(innerHeight - height - 8, y - height / 2))}px`;
  },
  hide() { this.element.hidden = true; },
};

/// columns: [{ name, value: row => text or node, numeric, sort: row => comparable }]. The table scrolls in a box of its
/// own; a header that can be sorted by is a button.
function tableOf(caption, columns, rows, { sortable = false, foot = null, small = false } = {}) {
  const body = h("tbody");
  const put = (ordered) => body.replaceChildren(...ordered.map((row) =>
    h("tr", { class: row.emphasis ? "emphasis" : row.muted ? "muted" : null }, columns.map((c, i) =>
      h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: c.numeric ? "numeric" : c.short ? "short" : c.wide ? "wide" : null }, c.value(row))))));
  put(rows);
  const heads = columns.map((c) => {
    const head = h("th", { scope: "col", class: c.numeric ? "numeric" : null });
    if (!sortable || !c.sort) return fill(head, {}, [c.name]);
    let down = false;
    return fill(head, {}, [h("button", { type: "button", onclick: () => {
      down = head.getAttribute("aria-sort") !== "descending" && (head.hasAttribute("aria-sort") || c.numeric);
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      put([...rows].sort((a, b) => {
        const [x, y] = [c.sort(a), c.sort(b)];
        return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
      }));
    } }, c.name)]);
  });
  return h("div", {}, h("p", { class: "caption", "aria-hidden": "true" }, caption),
    h("div", { class: `table-box${small ? " small" : ""}`, tabindex: "0", role: "region", "aria-label": `${caption} (table)` },
      h("table", { "aria-label": caption }, h("thead", {}, h("tr", {}, heads)), body,
        foot && h("tfoot", {}, h("tr", {}, foot.map((text, i) =>
          h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: columns[i].numeric ? "numeric" : null }, text)))))));
}

/// Closed until asked for; its content is made each time that it is opened, so that it is of the present choice.
function unfold(label, make) {
  const summary = h("summary", {}, label), details = h("details", {}, summary);
  details.addEventListener("toggle", () => details.replaceChildren(...(details.open ? [summary, make()] : [summary])));
  return details;
}

/// Calls draw(width) now that the element has a place, and again when its width changes.
function drawToWidth(element, draw) {
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.floor(element.clientWidth);
    if (width > 0 && width !== drawn) draw(drawn = width);
  }).observe(element);
}

/// The quarter that the whole page looks at: set by the slider and by a click into a chart.
const chosenQuarter = {
  value: about.full ?? lastBuilding,
  listeners: [],
  set(t) {
    this.value = Math.max(0, Math.min(lastQuarter, t));
    for (const listen of this.listeners) listen(this.value);
  },
  follow(listen) { this.listeners.push(listen), listen(this.value); },
};
