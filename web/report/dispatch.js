// A zone's power hour by hour, on the representative days of a quarter's season.

const sourceTones = { Hydro: "p-hydro", Wind: "p-wind", Solar: "p-solar", Storage: "p-storage", "On site": "p-onsite" };
function sourceTone(name) {
  if (sourceTones[name]) return sourceTones[name];
  if (/^Imports/.test(name)) return "p-imports";
  if (/nuclear|uranium/i.test(name)) return "p-nuclear";
  if (/coal|lignite/i.test(name)) return "p-coal";
  if (/gas/i.test(name)) return "p-gas";
  return "p-other";
}

function dispatchSection() {
  const { zones, days, sources, steps, hours_per_step } = data.dispatch;
  const zoneIds = Object.keys(zones);
  if (!zoneIds.length) return h("p", { class: "note" }, "This plan states no hourly dispatch.");
  const zoneName = Object.fromEntries(data.grid.zones.map((zone) => [zone.id, zone.name]));
  const heaviest = (id) => most(Object.values(zones[id]).map((q) => most(q.programme_mw)));
  zoneIds.sort((a, b) => heaviest(b) - heaviest(a));
  const seasons = { 1: "Winter", 2: "Spring", 3: "Summer", 4: "Autumn" };

  const box = h("div", { class: "days" });
  const key = h("p", { class: "key" });
  const words = h("p", { class: "note" });
  const zonePick = h("select", { onchange: () => { fillQuarters(); draw(); } }, zoneIds.map((id) => h("option", { value: id }, `${zoneName[id] ?? id}: up to ${mw(heaviest(id))} of programme load`)));
  const quarterPick = h("select", { onchange: () => draw() });
  const fillQuarters = () => {
    const kept = quarterPick.value, available = Object.keys(zones[zonePick.value]).map(Number).sort((a, b) => a - b);
    quarterPick.replaceChildren(...available.map((t) => h("option", { value: t }, quarterName(t))));
    quarterPick.value = available.includes(Number(kept)) && kept !== "" ? kept : available.at(-1);
  };

  const dayChart = (zone, quarter, day, place, width, high, low, highPrice) => {
    const height = 190, price = 44, gap = 38, left = 0, bottom = 8 + height;
    const step = width / steps;
    const x = (k) => left + k * step, y = (v) => bottom - (v - low) / (high - low) * height;
    const value = (values, k) => values?.[place * steps + k] ?? 0;
    const areas = [], tops = Array(steps).fill(0), bottoms = Array(steps).fill(0);
    sources.forEach((name, g) => {
      const values = quarter.sources[g];
      if (!values) return;
      let path = "";
      for (let k = 0; k < steps; ++k) {
        const v = value(values, k);
        if (v === 0) continue;
        const stack = v > 0 ? tops : bottoms, from = stack[k];
        stack[k] += v;
        path += `M${x(k).toFixed(1)} ${y(from).toFixed(1)}V${y(stack[k]).toFixed(1)}H${x(k + 1).toFixed(1)}V${y(from).toFixed(1)}Z`;
      }
      areas.push(s("path", { class: "area flush", d: path, style: { fill: `var(--${sourceTone(name)})` } }));
    });
    const stepLine = (of) => Array.from({ length: steps }, (_, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${of(k).toFixed(1)}H${x(k + 1).toFixed(1)}`).join("");
    const priceTop = bottom + gap, py = (v) => priceTop + price - Math.max(0, Math.min(highPrice, v)) / highPrice * (price - 4);
    const prices = Array.from({ length: steps }, (_, k) => value(quarter.price, k));
    const hit = (event) => {
      const frame = svg.getBoundingClientRect();
      const k = Math.max(0, Math.min(steps - 1, Math.floor((event.clientX - frame.left) / frame.width * steps)));
      tip.show(event.clientX, event.clientY, h("strong", {}, `${k * hours_per_step}:00 to ${(k + 1) * hours_per_step}:00`), h("table", {}, h("tbody", {},
        [["Other load", value(quarter.native_mw, k)], ["Programme", value(quarter.programme_mw, k)], ["Shed", value(quarter.shed_mw, k)], ["Not served", value(quarter.unserved_mw, k)]]
          .filter(([, v]) => Math.abs(v) >= 0.5).map(([name, v]) => h("tr", {}, h("td", {}, name), h("td", { class: "numeric" }, mw(v)))),
        sources.map((name, g) => [name, value(quarter.sources[g], k)]).filter(([, v]) => Math.abs(v) >= 0.5).reverse().map(([name, v]) =>
          h("tr", {}, h("td", {}, h("i", { class: "swatch", style: { "--tone": `var(--${sourceTone(name)})` } }), name), h("td", { class: "numeric" }, mw(v)))),
        h("tr", { class: "total" }, h("td", {}, "Price"), h("td", { class: "numeric" }, `$${number(prices[k])}/MWh`)))));
    };
    const svg = s("svg", { viewBox: `0 0 ${width} ${priceTop + price + 4}`, role: "img", onpointermove: hit, onpointerleave: () => tip.hide(),
      "aria-label": `${day.kind} day: the programme takes up to ${mw(most(Array.from({ length: steps }, (_, k) => value(quarter.programme_mw, k))))}; price $${number(Math.min(...prices))} to $${number(Math.max(...prices))} per MWh` },
      ticksOf(low, high, 4).map((v) => s("line", { class: v === 0 ? "zero" : "grid", x1: 0, x2: width, y1: y(v), y2: y(v) })),
      areas,
      cased({ class: "over native", d: stepLine((k) => y(value(quarter.native_mw, k))) }),
      cased({ class: "over load", d: stepLine((k) => y(value(quarter.native_mw, k) + value(quarter.programme_mw, k))) }),
      place === 0 ? ticksOf(low, high, 4).filter((v) => v > 0).map((v) => s("text", { class: "axis halo", x: 0, y: y(v) - 4 }, mw(v))) : null,
      [6, 12, 18].map((hour) => s("text", { class: "axis", x: hour / 24 * width, y: bottom + 14, "text-anchor": "middle" }, `${hour}:00`)),
      s("line", { class: "zero", x1: 0, x2: width, y1: priceTop + price, y2: priceTop + price }),
      s("path", { class: "over price", d: stepLine((k) => py(prices[k])) }),
      s("text", { class: "axis", x: 0, y: priceTop - 2 }, `Price: $${number(Math.min(...prices))} to $${number(Math.max(...prices))} per MWh`));
    return h("figure", {}, h("figcaption", {}, h("h4", {}, `${seasons[day.season]}, ${day.kind} day`), h("p", { class: "note" }, `stands for ${number(day.days, day.days % 1 ? 1 : 0)} days of the quarter`)), svg);
  };

  const draw = () => {
    const zone = zonePick.value, t = Number(quarterPick.value), quarter = zones[zone][t];
    const season = Number(quarters[t].slice(-1)), shown = days.filter((day) => day.season === season);
    const columns = box.clientWidth < 560 ? 1 : Math.min(shown.length, 3);
    box.style.setProperty("--columns", columns);
    const width = Math.floor((box.clientWidth - (columns - 1) * 28) / columns);
    if (width <= 0) return;
    const total = (sign) => Array.from({ length: shown.length * steps }, (_, i) => sum(Object.values(quarter.sources).map((v) => Math.max(0, sign * (v[i] ?? 0)))));
    const load = quarter.native_mw.map((v, i) => v + quarter.programme_mw[i]);
    const high = Math.max(most(total(1)), most(load), 1) * 1.02, low = -most(total(-1));
    const highPrice = Math.max(20, most(quarter.price));
    box.replaceChildren(...shown.map((day, place) => dayChart(zone, quarter, day, place, width, high, low, highPrice)));
    key.replaceChildren(...sources.map((name, g) => [name, g]).filter(([, g]) => quarter.sources[g]).reverse().map(([name]) =>
      h("span", {}, h("i", { class: "swatch", style: { "--tone": `var(--${sourceTone(name)})` } }), name)),
      h("span", {}, h("i", { class: "swatch line load" }), "Load with the programme"), h("span", {}, h("i", { class: "swatch line native" }), "Load without it"), h("span", {}, h("i", { class: "swatch line price" }), "Price"));
    const shed = most(quarter.shed_mw ?? []), unserved = most(quarter.unserved_mw ?? []);
    words.textContent = `${zoneName[zone] ?? zone}, ${quarterName(t)}: the programme takes up to ${mw(most(quarter.programme_mw))}, ${percent(most(quarter.programme_mw) / Math.max(1, most(load)), 1)} of the zone’s highest load. ` +
      (shed ? `Up to ${mw(shed)} of it is shed in some hours. ` : "None of it is shed. ") + (unserved ? `Up to ${mw(unserved)} of load is not served.` : "");
  };
  fillQuarters();
  drawToWidth(box, draw);
  return [h("p", { class: "picks" }, h("label", {}, "Grid zone ", zonePick), h("label", {}, "Quarter ", quarterPick)), words, key, box,
    unfold("Figures as a table", () => {
      const zone = zonePick.value, t = Number(quarterPick.value), quarter = zones[zone][t];
      const shown = days.filter((day) => day.season === Number(quarters[t].slice(-1)));
      return tableOf(`${zoneName[zone] ?? zone}, ${quarterName(t)}`, [
        { name: "Day", value: (i) => shown[Math.floor(i / steps)].kind }, { name: "Hour", numeric: true, value: (i) => `${i % steps * hours_per_step}:00` },
        { name: "Other load", numeric: true, value: (i) => mw(quarter.native_mw[i]) }, { name: "Programme", numeric: true, value: (i) => mw(quarter.programme_mw[i]) },
        ...sources.map((name, g) => ({ name, g })).filter(({ g }) => quarter.sources[g]).map(({ name, g }) => ({ name, numeric: true, value: (i) => mw(quarter.sources[g][i]) })),
        { name: "Price", numeric: true, value: (i) => `$${number(quarter.price[i])}` }], quarter.native_mw.map((_, i) => i), { small: true });
    })];
}
