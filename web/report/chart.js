// Charts over the programme's quarters: stacks of steps (what there is) or columns (what is paid), with lines over them.

/// Round values from 0 (or below) to the top of the axis, about `wanted` of them.
function ticksOf(low, high, wanted) {
  const rough = (high - low) / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((st) => st >= rough * 0.999);
  const ticks = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 0.001; v += step) ticks.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return ticks;
}

/// Moves labels apart so that none is nearer than `gap` to the next, each as near as can be to where it belongs.
function spread(labels, gap, top, bottom) {
  labels.sort((a, b) => a.y - b.y);
  labels.forEach((label, i) => { label.at = Math.max(label.y, i ? labels[i - 1].at + gap : top); });
  for (let i = labels.length - 1, limit = bottom; i >= 0; --i, limit = labels[i + 1].at - gap)
    labels[i].at = Math.min(labels[i].at, limit);
  return labels;
}

/// The place for a name inside an area: the middle of the highest run of quarters that is long enough for it, clear of
/// the axis' own names at the left.
function widest(heights, length, step) {
  let best = null;
  for (let a = Math.ceil(70 / step); a < heights.length; ++a)
    for (let b = a, top = -Infinity, bottom = Infinity; b < heights.length && heights[b]; ++b) {
      top = Math.max(top, heights[b].to), bottom = Math.min(bottom, heights[b].from);
      if (bottom - top < 15) break;
      if ((b + 1 - a) * step >= length + 8 && (!best || bottom - top > best.high)) best = { middle: (a + b + 1) / 2, y: (top + bottom) / 2, high: bottom - top };
    }
  return best;
}

/// A line with a casing of the page's colour, so that it stands out from any area.
const cased = (attributes) => [s("path", { class: "casing", d: attributes.d }), s("path", attributes)];

const tone = (series) => `var(--${series.tone})`;

/// Years under the axis: a tick where each begins, its name in its middle.
function yearAxis(x, top, bottom, step) {
  const marks = [];
  for (let t = 0; t <= lastQuarter; ++t) {
    const [year, q] = quarters[t].split("-Q");
    if (t > 0 && q !== "1") continue;
    let end = t + 1;
    while (end <= lastQuarter && quarters[end].startsWith(year)) ++end;
    if (t > 0) marks.push(s("line", { class: "tick", x1: x(t), x2: x(t), y1: bottom, y2: bottom + 6 }));
    if ((end - t) * step > 22)
      marks.push(s("text", { class: "axis", x: (x(t) + x(end)) / 2, y: bottom + 17, "text-anchor": "middle" },
        (end - t) * step < 34 ? `’${year.slice(2)}` : year));
  }
  // What comes after building is set apart: nothing new starts there.
  if (lastBuilding < lastQuarter) {
    const width = (lastQuarter - lastBuilding) * step;
    if (width > 90) marks.unshift(s("text", { class: "axis", x: x(lastQuarter + 1) - 6, y: top - 5, "text-anchor": "end" }, "after building"));
    marks.unshift(s("rect", { class: "tail", x: x(lastBuilding + 1), y: top, width, height: bottom - top }));
  }
  return marks;
}

/// One chart as a figure. `series` stack in order from the bottom: { name, values, tone }, a series of many small ones
/// with its `parts`; `lines` lie over them.
/// kind: "steps" or "columns". format(value) gives the text of one value. Keys, hover and touch read out a quarter; the
/// same figures stand in a table that can be opened.
function stackChart({ title, note, series, lines = [], kind = "steps", format, height = 260, labels = true, tableName }) {
  const all = [...series, ...lines];
  const readout = (t) => [h("strong", {}, quarterName(t)), h("table", {}, h("tbody", {},
    [...lines, ...[...series].reverse()].filter((one) => Math.abs(one.values[t] ?? 0) > 0).map((one) =>
      h("tr", {}, h("td", {}, h("i", { class: lines.includes(one) ? `swatch line ${one.dash ?? ""}` : "swatch", style: { "--tone": tone(one) } }), one.name),
        h("td", { class: "numeric" }, format(one.values[t])))),
    series.length > 1 && h("tr", { class: "total" }, h("td", {}, "Together"), h("td", { class: "numeric" }, format(sum(series.map((one) => one.values[t])))))))];

  const box = h("div", { class: "chart" });
  const figure = h("figure", {}, h("figcaption", {}, h("h3", {}, title), note && h("p", { class: "note" }, note)), box,
    unfold("Figures as a table", () => tableOf(tableName ?? title, [
      { name: "Quarter", value: (t) => quarterName(t) },
      ...all.map((one) => ({ name: one.name, numeric: true, value: (t) => format(one.values[t] ?? 0) }))],
      quarters.map((_, t) => t), { small: true })));

  drawToWidth(box, (width) => {
    // Names stand beside a stack of steps; columns end here and there, so that a key serves them better.
    const wide = labels && kind === "steps" && width >= 520 && all.length > 1;
    const ups = quarters.map((_, t) => sum(series.map((one) => Math.max(0, one.values[t] ?? 0))));
    const downs = quarters.map((_, t) => sum(series.map((one) => Math.min(0, one.values[t] ?? 0))));
    const high = Math.max(most(ups), ...lines.map((line) => most(line.values))) || 1;
    const low = Math.min(0, ...downs);
    const ticks = ticksOf(low, high * 1.02, height < 200 ? 3 : 5);
    const margin = { left: 2, right: wide ? Math.min(205, width * 0.28) : 2, top: 16, bottom: 24 };
    const bottom = height - margin.bottom;
    const step = (width - margin.left - margin.right) / quarters.length;
    const x = (t) => margin.left + t * step;
    const y = (v) => bottom - (v - low) / (Math.max(high * 1.02, ticks.at(-1)) - low) * (bottom - margin.top);

    // Names stand to the right of the last quarter that shows anything.
    const lastShown = Math.max(...all.map((one) => one.values.findLastIndex((v) => Math.abs(v ?? 0) > 0)), 0);
    const labelLeft = x(lastShown + 1) + 14;
    const within = [];
    const shapes = [], tops = quarters.map(() => 0), bottoms = quarters.map(() => 0), ends = [];
    const inset = kind === "columns" ? Math.min(2, step * 0.12) : 0;
    for (const one of series) {
      const span = quarters.map(() => null);  // where the whole series lies, in each quarter that it shows
      (one.parts ?? [one]).forEach((part, i) => {
        let path = "", run = "", back = "";
        const close = () => { if (run) path += `${run}${back}Z`; run = back = ""; };
        for (let t = 0; t <= lastQuarter; ++t) {
          const v = part.values[t] ?? 0;
          if (v === 0) { close(); continue; }
          const stack = v > 0 ? tops : bottoms, from = y(stack[t]), to = y(stack[t] += v);
          const [left, right] = [(x(t) + inset).toFixed(1), (x(t + 1) - inset).toFixed(1)];
          if (kind === "columns") path += `M${left} ${from.toFixed(1)}V${to.toFixed(1)}H${right}V${from.toFixed(1)}Z`;
          else {
            run += `${run ? "L" : "M"}${left} ${to.toFixed(1)}H${right}`;
            back = `L${right} ${from.toFixed(1)}H${left}${back}`;
          }
          span[t] = { from: span[t]?.from ?? from, to };
        }
        close();
        shapes.push(s("path", { class: !one.parts ? "area" : i % 2 ? "area flush other" : "area flush", d: path, style: { fill: tone(one) } }));
      });
      const last = span.findLastIndex((place) => place);
      const inside = last >= 0 && last < lastShown - 2 && widest(span, one.name.length * 6.6, step);
      if (inside) within.push(s("text", { class: "inside", x: x(inside.middle), y: inside.y + 4, "text-anchor": "middle" }, one.name));
      else if (last >= 0) ends.push({ name: one.name, tone: tone(one), y: (span[last].from + span[last].to) / 2, x: x(last + 1) });
    }
    for (const line of lines) {
      let path = "";
      line.values.forEach((v, t) => { if (v !== null && v !== undefined) path += `${path ? "L" : "M"}${x(t).toFixed(1)} ${y(v).toFixed(1)}H${x(t + 1).toFixed(1)}`; });
      shapes.push(...cased({ class: `over ${line.dash ?? ""}`, d: path, style: { stroke: tone(line) } }));
      ends.push({ name: line.name, tone: tone(line), line: line.dash ?? "solid", y: y(line.values[lastShown] ?? 0), x: x(lastShown + 1) });
    }
    const names = !wide ? [] : spread(ends, 14, margin.top + 4, bottom - 2).map((label) => {
      const left = labelLeft;
      return s("g", {}, s("path", { class: "leader", d: `M${label.x + 2} ${label.y}L${left - 4} ${label.at}` }),
        label.line ? s("line", { class: `over ${label.line}`, x1: left, x2: left + 10, y1: label.at, y2: label.at, style: { stroke: label.tone } })
          : s("rect", { x: left, y: label.at - 4, width: 9, height: 9, style: { fill: label.tone } }),
        s("text", { class: "label", x: left + 14, y: label.at + 4 }, shorten(label.name, Math.floor((margin.right - 30) / 6.6))));
    });
    const now = s("line", { class: "now", y1: margin.top - 4, y2: bottom });
    const cursor = s("rect", { class: "cursor", y: margin.top, width: step, height: bottom - margin.top, visibility: "hidden" });
    let at = null;
    const look = (t, px, py) => {
      at = Math.max(0, Math.min(lastQuarter, t));
      cursor.setAttribute("x", x(at));
      cursor.setAttribute("visibility", "visible");
      const frame = svg.getBoundingClientRect(), shrink = frame.width / width;
      tip.show(px ?? frame.left + x(at + 1) * shrink, py ?? frame.top + frame.height / 2, readout(at));
    };
    const leave = () => { at = null; cursor.setAttribute("visibility", "hidden"); tip.hide(); };
    const under = (event) => {
      const frame = svg.getBoundingClientRect();
      return Math.floor(((event.clientX - frame.left) * width / frame.width - margin.left) / step);
    };
    const svg = s("svg", {
      viewBox: `0 0 ${width} ${height}`, tabindex: "0", role: "img",
      "aria-label": `${title}. ${note ?? ""} Arrow keys read out the quarters; the figures stand in the table below.`,
      onpointermove: (event) => look(under(event), event.clientX, event.clientY),
      onpointerleave: leave, onblur: leave,
      onclick: (event) => chosenQuarter.set(Math.max(0, Math.min(lastQuarter, under(event)))),
      onkeydown: (event) => {
        const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (move) look((at ?? chosenQuarter.value) + (at === null ? 0 : move)), event.preventDefault();
        else if (event.key === "Enter" && at !== null) chosenQuarter.set(at);
        else if (event.key === "Escape") leave();
      },
    }, yearAxis(x, margin.top, bottom, step),
      ticks.map((v, i) => s("g", {}, s("line", { class: v === 0 ? "zero" : "grid", x1: 0, x2: x(lastQuarter + 1), y1: y(v), y2: y(v) }))),
      cursor, shapes, wide ? within : null, now,
      ticks.filter((v) => v !== 0).map((v) => s("text", { class: "axis halo", x: 0, y: y(v) - 4 }, format(v))), names);
    const key = wide || !labels || all.length < 2 ? null : h("p", { class: "key" }, [...lines, ...[...series].reverse()].map((one) =>
      h("span", {}, h("i", { class: lines.includes(one) ? `swatch line ${one.dash ?? ""}` : "swatch", style: { "--tone": tone(one) } }), one.name)));
    box.replaceChildren(...[key, svg].filter(Boolean));
    box.now = (t) => { now.setAttribute("x1", x(t + 0.5)); now.setAttribute("x2", x(t + 0.5)); };
    box.now(chosenQuarter.value);
  });
  chosenQuarter.follow((t) => box.now?.(t));
  return figure;
}

/// At most so many letters: without what stands in brackets, and if that is not enough, without its middle (names of one
/// kind often differ at the end).
function shorten(text, letters) {
  if (text.length <= letters) return text;
  const bare = plain(text);
  if (bare.length <= letters) return bare;
  const end = Math.floor((letters - 1) * 0.45);
  return `${bare.slice(0, Math.max(1, letters - 1 - end)).trimEnd()}…${end > 0 ? bare.slice(-end).trimStart() : ""}`;
}

/// Small multiples of what was taken (columns) against what there was (line).
function supplyCharts(rows, unitOf = (row) => row.unit) {
  return h("div", { class: "multiples" }, rows.map((row) => {
    const lastTaken = row.used.findLastIndex((v) => v > 0), there = sum(row.available.slice(0, lastTaken + 1));
    const from = row.available.findIndex((v) => v > 0), to = row.available.findLastIndex((v) => v > 0);
    return stackChart({
      title: row.name, kind: "columns", height: 132, labels: false,
      note: `${count(sum(row.used))} ${unitOf(row)} taken${there > 0 ? `, ${percent(sum(row.used) / there)} of what there was until ${quarterName(lastTaken)}` : ""}`,
      series: [{ name: "Taken", values: row.used, tone: "c1" }],
      lines: [{ name: "Available", values: row.available.map((v, t) => (t < from || t > to ? null : v)), tone: "ink" }],
      format: (v) => count(v),
    });
  }));
}
