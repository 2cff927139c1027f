// The schedule: one band a site. Height is IT power, so that the band fills as buildings become ready and racks arrive.

/// New plant in zones: what is ordered and delivered together is one row.
function zonePlant() {
  const together = new Map();
  for (const z of data.power.zone_plant) {
    const key = [z.technology, z.ordered, z.service].join();
    if (!together.has(key)) together.set(key, { ...z, mw: 0, zones: [] });
    const row = together.get(key);
    row.mw += z.mw;
    row.zones.push(plain(z.zone));
  }
  return [...together.values()].map((z) => ({ name: z.technology, where: z.zones.length === 1 ? z.zones[0] : `${z.zones.length} zones`, from: z.ordered, to: z.service, note: mw(z.mw) }));
}

function scheduleChart() {
  const ordered = [...chosenSites].sort((a, b) => (a.opened ?? 0) - (b.opened ?? 0) || most(b.ready_mw) - most(a.ready_mw));
  const supply = [
    ...data.supply.expansions.map((e) => ({ name: `${e.name}${e.count > 1 ? ` × ${number(e.count)}` : ""}`, from: e.ordered, to: e.first_output, note: usd(e.usd_m) })),
    ...zonePlant(),
    ...data.power.lines.map((l) => ({ name: "Tie between zones", where: `${plain(l.from)} to ${plain(l.to)}`, from: l.ordered, to: l.service, note: mw(l.mw) })),
  ].sort((a, b) => a.from - b.from || a.to - b.to);
  const box = h("div", { class: "chart schedule" });
  const band = 28, bar = 17, thin = 20;

  drawToWidth(box, (width) => {
    const narrow = width < 620;
    const left = narrow ? 2 : Math.min(270, width * 0.26), right = narrow ? 52 : 76, top = 22;
    const pitch = narrow ? band + 16 : band, thinPitch = narrow ? thin + 12 : thin;
    const step = (width - left - right) / quarters.length;
    const x = (t) => left + Math.max(0, Math.min(quarters.length, t)) * step;
    const supplyTop = top + ordered.length * pitch + (supply.length ? 34 : 0);
    const height = supplyTop + supply.length * thinPitch + 28;

    const siteRow = (site, i) => {
      const base = top + i * pitch + (narrow ? 16 : 0) + bar + 4, final = Math.max(1, most(site.ready_mw), most(site.installed_mw));
      const level = (power) => base - bar * power / final;
      const steps = (values) => {
        let path = "";
        values.forEach((v, t) => { if (v > 0) path += `M${x(t).toFixed(1)} ${base}V${level(v).toFixed(1)}H${x(t + 1).toFixed(1)}V${base}Z`; });
        return path;
      };
      const firstStart = Math.min(...site.blocks.map((b) => b.start)), firstReady = Math.min(...site.blocks.map((b) => b.ready));
      // A building under construction is a box at the height that it will add.
      const standing = [...site.blocks].sort((a, b) => a.ready - b.ready || a.start - b.start);
      let below = 0;
      const building = standing.map((b) => {
        const shape = s("rect", { class: "building", x: x(b.start), y: level(below + b.mw), width: Math.max(1, x(b.ready) - x(b.start)), height: Math.max(1, bar * b.mw / final) });
        below += b.mw;
        return shape;
      });
      const text = [`${site.name}, ${site.state}`, h("div", {}, `Work begins ${quarterName(site.opened ?? firstStart)}; first building ready ${quarterName(firstReady)}; ${mw(final)} in all.`),
        site.reported_ready && h("div", {}, `Reported in operation: ${listing(site.reported_ready.map((r) => r.date))}.`)];
      return s("g", { class: "row", tabindex: "0", role: "img", "aria-label": text.map((part) => part?.textContent ?? part ?? "").join(". "),
        onpointermove: (event) => tip.show(event.clientX, event.clientY, h("strong", {}, text[0]), text.slice(1).filter(Boolean)),
        onpointerleave: () => tip.hide(), onblur: () => tip.hide(),
        onfocus: (event) => { if (!event.currentTarget.matches(":focus-visible")) return; const frame = event.currentTarget.getBoundingClientRect(); tip.show(frame.left + frame.width / 2, frame.bottom + 10, h("strong", {}, text[0]), text.slice(1).filter(Boolean)); } },
        s("rect", { class: "row-hit", x: 0, y: base - bar - 5 - (narrow ? 15 : 0), width, height: pitch }),
        s("line", { class: "floor", x1: left, x2: x(quarters.length), y1: base + 0.5, y2: base + 0.5 }),
        site.opened < firstStart && s("line", { class: "enabling", x1: x(site.opened), x2: x(firstStart), y1: base - 4, y2: base - 4 }),
        building, s("path", { class: "band-ready", d: steps(site.ready_mw) }), s("path", { class: site.committed ? "band-racks given" : "band-racks", d: steps(site.installed_mw) }),
        (site.reported_ready ?? []).filter((r) => r.at >= 0 && r.at <= lastQuarter).map((r) => s("path", { class: "reported", d: `M${x(r.at + 0.5)} ${base - bar - 5}l5 6l-5 6l-5 -6Z` })),
        s("text", { class: "label", x: narrow ? 0 : left - 10, y: narrow ? base - bar - 4 : base - 6, "text-anchor": narrow ? "start" : "end" },
          shorten(siteName(site), Math.floor((narrow ? width - 90 : left - 40) / 6.4)), s("tspan", { class: "faint" }, `  ${site.state}`)),
        s("text", { class: "label", x: x(quarters.length) + 6, y: base - 6 }, mw(final)));
    };
    const supplyRow = (row, i) => {
      const base = supplyTop + i * thinPitch + thinPitch - 7;
      return s("g", {}, s("line", { class: "floor", x1: left, x2: x(quarters.length), y1: base + 4.5, y2: base + 4.5 }),
        s("line", { class: "lead", x1: x(row.from), x2: x(row.to), y1: base, y2: base }), s("circle", { class: "arrival", cx: x(row.to), cy: base, r: 4 }),
        !row.where ? null : x(row.to) + 12 + row.where.length * 6.4 < x(quarters.length) ? s("text", { class: "axis", x: x(row.to) + 9, y: base + 4 }, row.where)
          : s("text", { class: "axis", x: x(row.from) - 7, y: base + 4, "text-anchor": "end" }, row.where),
        s("text", { class: "label", x: narrow ? 0 : left - 10, y: narrow ? base - 8 : base + 4, "text-anchor": narrow ? "start" : "end" }, shorten(row.name, Math.floor((narrow ? width - 60 : left - 12) / 6.4))),
        s("text", { class: "label", x: x(quarters.length) + 6, y: base + 4 }, row.note));
    };
    const now = s("line", { class: "now", y1: top - 4, y2: height - 24 });
    box.replaceChildren(s("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Schedule of the sites" },
      yearAxis(x, top, height - 24, step),
      quarters.map((q, t) => q.endsWith("Q1") && t > 0 ? s("line", { class: "grid", x1: x(t), x2: x(t), y1: top - 4, y2: height - 24 }) : null), now,
      ordered.map(siteRow),
      supply.length ? s("text", { class: "label strong", x: narrow ? 0 : left - 10, y: supplyTop - 8, "text-anchor": narrow ? "start" : "end" }, "Supply and grid") : null,
      supply.map(supplyRow)));
    box.now = (t) => { now.setAttribute("x1", x(t + 0.5)); now.setAttribute("x2", x(t + 0.5)); };
    box.now(chosenQuarter.value);
  });
  chosenQuarter.follow((t) => box.now?.(t));

  const sample = (text, ...shapes) => h("span", {}, s("svg", { viewBox: "0 0 26 16", width: 26, height: 16, "aria-hidden": "true" }, shapes), text);
  return h("figure", {}, h("figcaption", {}, h("h3", {}, "From the first spade to the last rack"),
    h("p", { class: "key" },
      sample("Enabling works", s("line", { class: "enabling", x1: 0, x2: 26, y1: 9, y2: 9 })),
      sample("Building", s("rect", { class: "building", x: 1, y: 2, width: 24, height: 12 })),
      sample("Ready", s("rect", { class: "band-ready", x: 1, y: 2, width: 24, height: 12 })),
      sample("Racks running", s("rect", { class: "band-racks", x: 1, y: 2, width: 24, height: 12 })),
      sample("the same, at sites already under way", s("rect", { class: "band-racks given", x: 1, y: 2, width: 24, height: 12 })),
      sample("Reported in operation", s("path", { class: "reported", d: "M13 2l5 6l-5 6l-5 -6Z" })),
      supply.length ? sample("Order to delivery", s("line", { class: "lead", x1: 0, x2: 20, y1: 8, y2: 8 }), s("circle", { class: "arrival", cx: 20, cy: 8, r: 4 })) : null),
    h("p", { class: "note" }, "The height of a band is the site’s own IT power: full when all of its buildings are ready.")), box,
    unfold("The schedule as a table", () => tableOf("Buildings", [
      { name: "Site", value: (r) => r.site }, { name: "State", value: (r) => r.state }, { name: "Buildings", numeric: true, value: (r) => number(r.blocks) },
      { name: "IT power", numeric: true, value: (r) => mw(r.mw) }, { name: "Start", value: (r) => quarterName(r.start) }, { name: "Ready", value: (r) => quarterName(r.ready) },
      { name: "Decision", value: (r) => (r.committed ? "given" : "decided") }],
      ordered.flatMap((site) => site.blocks.map((b) => ({ ...b, site: site.name, state: site.state }))))));
}
