// Draws the figures that the page carries as JSON: colours by meaning and theme, mirrored where reading runs from the
// right, nothing fetched from elsewhere, each when it scrolls into view. A click or Enter on a mark goes into it, arrow
// keys read the marks one by one. Without Plotly the tables behind the pictures show themselves.
(function () {
  const root = document.documentElement;
  const rtl = root.dir === "rtl";
  const topojson = document.currentScript?.dataset.topojson
    || document.querySelector("script[data-topojson]").dataset.topojson;
  const charts = [...document.querySelectorAll("[data-chart]")];
  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const colourOf = (role) => (role && role !== "ink" && role !== "map" ? css(`--series-${role}`) : css("--ink"));

  function showTable(id, shown) {
    document.getElementById(`${id}-table`)?.classList.toggle("shown", shown);
    document.querySelector(`[data-table-of="${id}"]`)?.setAttribute("aria-expanded", String(shown));
  }

  if (!window.Plotly) {
    for (const chart of charts) { chart.hidden = true; showTable(chart.id, true); }
    return;
  }
  Plotly.setPlotConfig({ topojsonURL: new URL(topojson, location.href).href, locale: root.lang.split("-")[0] });

  function scaleOf(name) {
    if (name === "levels") return [1, 2, 3, 4, 5, 6].map((level, i) => [i / 5, css(`--series-level-${level}`)]);
    if (name === "falling") return [[0, css("--series-loss")], [1, css("--scale-middle")]];
    if (name === "diverging") return [[0, css("--series-loss")], [.5, css("--scale-middle")], [1, css("--series-gain")]];
    return [[0, css("--scale-low")], [1, css("--scale-high")]];
  }

  const faint = (colour, part) => `color-mix(in srgb, ${colour} ${part}%, transparent)`;
  function mixed(colour, part) {  // Plotly does not read color-mix
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return /^#[0-9a-f]{6}$/i.test(colour) ? `rgba(${r},${g},${b},${part})` : faint(colour, part * 100);
  }

  function paint(trace, ink, paper, line, narrow) {
    const { role, roles, scale } = trace.meta || {};
    const colour = roles ? roles.map(colourOf) : colourOf(role);
    if (trace.type === "bar") trace.marker = { ...trace.marker, color: colour, line: { color: paper, width: 1 } };
    if (trace.type === "scatter" && trace.mode !== "text") {
      const joint = role === "unseen" && trace.meta.skip ? line : colour;
      trace.line = { ...trace.line, color: joint };
      if (trace.mode.includes("markers")) trace.marker = { ...trace.marker, color: colour };
      if (trace.fill || trace.stackgroup) trace.fillcolor = mixed(colour, trace.stackgroup ? .8 : .16);
    }
    if (trace.type === "scatterpolar") {
      trace.line = { ...trace.line, color: colour };
      trace.fillcolor = mixed(colour, .14);
    }
    if (trace.mode === "text") {
      trace.textfont = { color: ink, size: 12.5 };
      if (trace.textposition === "middle right") {  // behind the mark, with a gap
        trace.text = trace.text.map((text) => (text ? (rtl ? `${text}\u00a0\u00a0\u00a0` : `\u00a0\u00a0\u00a0${text}`) : ""));
        if (rtl) trace.textposition = "middle left";
      }
    }
    if (trace.type === "choropleth") {
      const pale = css("--series-unseen");
      trace.colorscale = trace.meta.hatched ? [[0, pale], [1, pale]]
        : scale && scale !== "sequential" ? scaleOf(scale) : [[0, css("--map-low")], [1, css("--map-high")]];
      trace.marker = { line: { color: trace.locationmode === "geojson-id" ? ink : paper, width: .6 } };
      if (trace.colorbar) trace.colorbar = { ...trace.colorbar, tickfont: { color: css("--muted") } };
    }
    if (trace.type === "heatmap") trace.colorscale = scaleOf(scale);
    if (trace.type === "sankey") {
      const between = (i) => trace.node.x[i] > .01 && trace.node.x[i] < .99;
      if (narrow) trace.node.label = trace.node.label.map((label, i) => (between(i) && trace.meta.short?.[i]) || label);
      const x = rtl ? trace.node.x.map((at) => 1 - at) : trace.node.x;
      trace.node = { ...trace.node, x, color: colour, line: { color: paper, width: 1 } };
      trace.link = { ...trace.link, color: trace.link.source.map((from) => mixed(colour[from], .4)) };
      if (rtl) [trace.link.source, trace.link.target] = [trace.link.target, trace.link.source];
      trace.textfont = { color: ink, size: 12.5, shadow: "none" };
    }
  }

  function themed(stored, narrow) {
    const figure = structuredClone(stored);
    const ink = css("--ink"), muted = css("--muted"), line = css("--line"), paper = css("--paper");
    for (const trace of figure.data) paint(trace, ink, paper, line, narrow);
    const layout = figure.layout;
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, tickfont: { color: muted }, fixedrange: true };
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { family: "system-ui, Noto Sans, Noto Sans Arabic, sans-serif", size: 13, color: ink };
    for (const name of ["xaxis", "yaxis"]) {
      layout[name] = { ...axis, automargin: true, ...layout[name] };
      if (layout[name].title?.text) layout[name].title = { font: { color: muted, size: 12.5 }, standoff: 8, ...layout[name].title };
    }
    layout.margin = { l: 46, r: 18, t: 22, b: 34, ...layout.margin };
    layout.legend = { orientation: "h", y: 1.02, yanchor: "bottom", x: rtl ? 1 : 0, xanchor: rtl ? "right" : "left",
      traceorder: "normal", ...layout.legend, font: { color: ink } };
    layout.hoverlabel = { bgcolor: paper, bordercolor: line, font: { color: ink } };
    const legend = layout.showlegend !== false && figure.data.some((trace) => trace.name && trace.showlegend !== false);
    if (layout.meta?.map) layout.legend = { ...layout.legend, y: 1, yanchor: "top" };
    if (legend && figure.data.some((trace) => trace.type !== "choropleth")) layout.margin.t = narrow ? 76 : 46;
    const lying = layout.meta?.lying || figure.data.some((trace) => trace.orientation === "h" && trace.type === "bar");
    for (const one of layout.meta?.grid ? ["xaxis", "yaxis"] : lying ? ["yaxis"] : ["xaxis"]) layout[one].showgrid = false;
    if (layout.polar) {
      layout.polar.bgcolor = "rgba(0,0,0,0)";
      for (const name of ["radialaxis", "angularaxis"]) layout.polar[name] = { ...axis, ...layout.polar[name], fixedrange: undefined };
      layout.polar.angularaxis.tickfont = { color: ink };
    }
    if (layout.geo) {
      Object.assign(layout.geo, { bgcolor: "rgba(0,0,0,0)", landcolor: css("--land"), countrycolor: paper, resolution: 110 });
    }
    if (narrow && layout.meta?.names === "wide") layout.annotations = [];  // names that would lie on each other
    for (const note of layout.annotations || []) { note.font = { color: ink, size: 12.5 }; }
    for (const shape of layout.shapes || []) { shape.line = { color: muted, ...shape.line }; }
    if (layout.meta?.labels === "end") endLabels(layout, narrow);
    if (lying) {
      // room for the texts after the bars
      if (narrow && layout.xaxis.range && !layout.meta?.fixed) layout.xaxis.range = layout.xaxis.range.map((end) => (typeof end === "number" ? end * 1.4 : end));
      // Plotly does not make room for the names of bars on the right side; so the room is reckoned here, on either.
      if (narrow) {
        shorten(layout.yaxis, figure.data);
        for (const trace of figure.data) {  // a long text after a mark takes two lines
          if (trace.mode === "text") trace.text = trace.text.map((text) => (text?.length > 12 ? text.replace(/[,،] /, "<br>") : text));
        }
      }
      const names = figure.data.filter((trace) => trace.y).flatMap((trace) => trace.y.map((name) => String(name ?? "").length));
      layout.margin.l = Math.max(layout.margin.l, Math.min(14 + 7.5 * Math.max(0, ...names), narrow ? 120 : 190));
    }
    const names = layout.xaxis.ticktext;
    if (narrow && !lying && names?.length > 3) {  // names that have no room side by side lean
      layout.xaxis.ticktext = names.map((name) => name.replaceAll("<br>", " "));
      layout.xaxis.tickangle = rtl ? 50 : -50;
    }
    if (rtl && figure.data.some((trace) => trace.type === "sankey")) turn(layout);
    else if (rtl && !layout.geo) mirror(layout, lying);
    return figure;
  }

  // Names beside bars in two lines of what a small screen has room for; the whole name stands in the table.
  function shorten(axis, data) {
    const names = [...new Set(data.flatMap((trace) => trace.y || []))];
    if (axis.ticktext || !names.every((name) => typeof name === "string") || !names.some((name) => name.length > 17)) return;
    const fitted = (name) => {
      const lines = [""];
      for (const word of name.split(" ")) {
        const longer = `${lines.at(-1)} ${word}`.trim();
        if (longer.length <= 17 || !lines.at(-1)) lines[lines.length - 1] = longer;
        else lines.push(word);
      }
      const shown = lines.slice(0, 2).map((line) => (line.length > 17 ? `${line.slice(0, 16)}…` : line));
      if (lines.length > 2 && !shown[1].endsWith("…")) shown[1] = `${shown[1].slice(0, 16)}…`;
      return shown.join("<br>");
    };
    Object.assign(axis, { tickmode: "array", tickvals: names, ticktext: names.map(fitted) });
  }

  // Only as much room beside the lines as the words at their ends take.
  function endLabels(layout, narrow) {
    const longest = (side) => Math.max(0, ...(layout.annotations || []).filter((note) => note.xanchor === side).map((note) => note.text.length));
    const most = narrow ? 110 : 190;
    layout.margin.r = Math.min(24 + 7 * longest("left"), most);
    if (longest("right")) layout.margin.l = Math.min(Math.max(24 + 7 * longest("right"), 46), most);
  }

  // Words over the columns of flows change sides with them.
  function turn(layout) {
    for (const note of layout.annotations || []) {
      note.x = 1 - note.x;
      note.xanchor = { left: "right", right: "left" }[note.xanchor] || note.xanchor;
    }
  }

  function mirror(layout, lying) {
    layout.yaxis.side = "right";
    if (layout.xaxis.range) layout.xaxis.range = [...layout.xaxis.range].reverse();
    else layout.xaxis.autorange = "reversed";
    layout.margin = { ...layout.margin, l: layout.margin.r, r: layout.margin.l };
    const other = { left: "right", right: "left" };
    for (const note of layout.annotations || []) {
      if (note.xref === "paper") note.x = 1 - note.x;
      note.xanchor = other[note.xanchor] || note.xanchor;
      if (note.xshift) note.xshift = -note.xshift;
      if (note.align) note.align = other[note.align] || note.align;
    }
    if (lying && layout.meta?.grid) layout.xaxis.autorange = "reversed";
  }

  const storedOf = (chart) => JSON.parse(document.getElementById(`${chart.id}-data`).textContent);

  // Outlines of maps lie at an address of their own, so that the browser keeps them from page to page. GeoJSON runs outer
  // rings against the clock, Plotly with it.
  const outlines = new Map();
  function turned(collection) {
    for (const { geometry } of collection.features) {
      for (const polygon of geometry.coordinates) polygon.forEach((ring) => ring.reverse());
    }
    return collection;
  }
  function outlinesOf(url) {
    if (!outlines.has(url)) {
      outlines.set(url, fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin" })
        .then((answer) => { if (!answer.ok) throw new Error(`${url}: ${answer.status}`); return answer.json(); })
        .then(turned).then((collection) => { outlines.set(url, collection); return collection; }));
    }
    return outlines.get(url);
  }

  // Draws at once where the outlines are there, else as soon as they are; the table shows where they do not come.
  function withOutlines(chart, figure, then) {
    const waited = [];
    for (const trace of figure.data) {
      if (typeof trace.geojson !== "string") continue;
      const found = outlinesOf(trace.geojson);
      if (found instanceof Promise) waited.push(found.then((collection) => { trace.geojson = collection; }));
      else trace.geojson = found;
    }
    if (waited.length) return Promise.all(waited).then(then, () => { chart.hidden = true; showTable(chart.id, true); });
    then();
    return undefined;
  }

  // The middle of an area's largest part, and the name there, while names do not crowd the map.
  const MOST_NAMES = 16;
  function middleOf(geometry) {
    let best = [0, 0, 0];
    for (const [ring] of geometry.coordinates) {
      let size = 0, x = 0, y = 0;
      const [x0, y0] = ring[0];
      for (let i = 1; i < ring.length; i += 1) {
        const [ax, ay] = ring[i - 1], [bx, by] = ring[i];
        const cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
        size += cross; x += (ax + bx - 2 * x0) * cross; y += (ay + by - 2 * y0) * cross;
      }
      if (Math.abs(size) > best[2]) best = [x0 + x / (3 * size), y0 + y / (3 * size), Math.abs(size)];
    }
    return best;
  }
  const broken = (name) => name.replace(/(.{8,}?)\s+(?=\S)/g, "$1<br>");  // long names stand in lines
  function named(figure, narrow) {
    const areas = figure.data.filter((trace) => trace.type === "choropleth" && typeof trace.geojson === "object");
    if (narrow || areas.reduce((n, trace) => n + trace.locations.length, 0) > MOST_NAMES) return;
    const ink = css("--ink"), paper = css("--paper"), found = { lon: [], lat: [], text: [], color: [] };
    for (const trace of areas) {
      const shapes = new Map(trace.geojson.features.map((one) => [one.properties.code, one.geometry]));
      trace.locations.forEach((code, i) => {
        if (!shapes.has(code)) return;
        const [lon, lat] = middleOf(shapes.get(code));
        const part = (trace.z[i] - trace.zmin) / ((trace.zmax - trace.zmin) || 1);
        const strong = !trace.meta.hatched && (trace.meta.scale === "diverging" ? Math.abs(part - .5) > .3 : part > .5);
        found.lon.push(lon); found.lat.push(lat); found.text.push(broken(trace.text[i])); found.color.push(strong ? paper : ink);
      });
    }
    figure.data.push({ type: "scattergeo", mode: "text", lon: found.lon, lat: found.lat, text: found.text, hoverinfo: "skip",
      showlegend: false, textfont: { color: found.color, size: 12.5 }, meta: { skip: true } });
  }

  // Areas without data are hatched: the colour alone would be read as a value.
  function hatch(chart) {
    const layers = chart.querySelectorAll(".choroplethlayer > .trace");
    const svg = chart.querySelector("svg.main-svg");
    (chart.data || []).forEach((trace, curve) => {
      if (!trace.meta?.hatched || !layers[curve]) return;
      const id = `${chart.id}-hatch`;
      svg.querySelector(`#${CSS.escape(id)}`)?.remove();
      const defs = document.createElementNS("http://www.w3.org/2000/svg", "defs");
      defs.id = id;
      defs.innerHTML = `<pattern id="${id}-lines" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" fill="${css("--paper")}"/><rect width="2.4" height="6" fill="${css("--series-unseen")}"/></pattern>`;
      svg.prepend(defs);
      layers[curve].querySelectorAll("path").forEach((path) => { path.style.fill = `url(#${id}-lines)`; });
    });
  }

  // `width`: on paper, where every picture has the whole line; else what the page gives it.
  function draw(chart, width) {
    const figure = themed(storedOf(chart), (width || chart.clientWidth) < 460);
    if (width) figure.layout.width = width;
    figure.layout.height = Number(getComputedStyle(chart).minHeight.replace("px", ""));
    return withOutlines(chart, figure, () => {
      if (figure.layout.meta?.map) named(figure, (width || chart.clientWidth) < 460);
      const done = Plotly.react(chart, figure.data, figure.layout, { displayModeBar: false, responsive: true, scrollZoom: false });
      if (!chart.dataset.drawn) listen(chart);
      chart.dataset.drawn = "yes";
      if (figure.layout.meta?.map) done.then(() => hatch(chart));
    });
  }

  // --- into a mark, by pointer or keyboard ---------------------------------------------------------------------------
  const at = (list, index) => (Array.isArray(index) ? index.reduce((part, i) => part?.[i], list) : list?.[index]);

  function urlOf(point) {
    const meta = point.data?.meta || point.meta || {};
    return at(meta.urls, point.pointNumber);
  }

  function listen(chart) {
    chart.on("plotly_click", ({ points }) => {
      const url = points.map(urlOf).find(Boolean);
      if (url) location.assign(url);
    });
    chart.on("plotly_hover", ({ points }) => {
      chart.querySelectorAll(".nsewdrag, .choroplethlocation, .geo .bg").forEach((layer) => { layer.style.cursor = points.some(urlOf) ? "pointer" : ""; });
    });
  }

  // Every mark in reading order: what is said of it, where it leads, where it is.
  function marksOf(chart) {
    const found = [];
    storedOf(chart).data.forEach((trace, curve) => {
      const meta = trace.meta || {};
      if (meta.skip) return;
      const say = (name, text) => [name, trace.name, text].filter((part) => part !== undefined && part !== "").join(" · ");
      if (trace.type === "heatmap") {
        trace.z.forEach((row, r) => row.forEach((value, c) => {
          if (value !== null) found.push({ curve, number: [r, c], text: `${trace.y[r]} · ${trace.x[c]} · ${trace.customdata[r][c]}`, url: meta.urls?.[r]?.[c] });
        }));
      } else if (trace.type === "sankey") {
        trace.link.customdata.forEach((text, i) => found.push({ curve, number: i, text, url: meta.urls?.[i], still: true }));
      } else {
        const lying = trace.orientation === "h" || typeof trace.y?.[0] === "string";
        const values = trace.z || (lying ? trace.x : trace.y);
        values.forEach((value, i) => {
          if (value === null) return;
          const name = trace.text?.[i] ?? (lying ? trace.y : trace.x)?.[i] ?? trace.locations?.[i];
          found.push({ curve, number: i, still: trace.type === "choropleth", text: trace.customdata?.length ? say(name, trace.customdata[i]) : say(name), url: meta.urls?.[i] });
        });
      }
    });
    return found;
  }

  function walk(chart, event) {
    const steps = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1, ArrowDown: 1, ArrowUp: -1 };
    const marks = chart.marks ||= marksOf(chart);
    if (!marks.length) return;
    const last = marks.length - 1;
    let now = chart.mark ?? -1;
    if (event.key in steps) now = Math.min(Math.max(now + steps[event.key], 0), last);
    else if (event.key === "Home") now = 0;
    else if (event.key === "End") now = last;
    else if (event.key === "Enter" && marks[now]?.url) { location.assign(marks[now].url); return; }
    else if (event.key === "Escape") { leave(chart); return; }
    else return;
    event.preventDefault();
    chart.mark = now;
    const mark = marks[now];
    document.getElementById(`${chart.id}-spoken`).textContent = `${mark.text}${mark.url ? " ⏎" : ""}`;
    outline(chart, mark);
    if (!mark.still && chart.layout?.xaxis && chart.dataset.drawn) {
      try { Plotly.Fx.hover(chart, [{ curveNumber: mark.curve, pointNumber: mark.number }]); } catch { /* a mark without a place */ }
    }
  }

  // Which area of a map is being read.
  function outline(chart, mark) {
    chart.querySelectorAll(".choroplethlocation.read").forEach((path) => path.classList.remove("read"));
    if (mark) chart.querySelectorAll(".choroplethlayer > .trace")[mark.curve]?.querySelectorAll("path")[mark.number]?.classList.add("read");
  }

  function leave(chart) {
    chart.mark = undefined;
    outline(chart);
    document.getElementById(`${chart.id}-spoken`).textContent = "";
    if (chart.dataset.drawn) Plotly.Fx.unhover(chart);
  }

  for (const chart of charts) {
    chart.addEventListener("keydown", (event) => walk(chart, event));
    chart.addEventListener("blur", () => leave(chart));
    chart.addEventListener("trellis:changed", () => { leave(chart); chart.marks = null; draw(chart); });
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
  }, { rootMargin: "200px" });
  charts.forEach((chart) => seen.observe(chart));
  root.addEventListener("trellis:theme", () => charts.filter((chart) => chart.dataset.drawn).forEach((chart) => draw(chart)));
  // On paper everything is drawn, dark on light, as wide as a sheet of A4 or Letter has room.
  const PAPER_WIDTH = 660;
  let theme = "";
  addEventListener("beforeprint", () => { theme = root.dataset.bsTheme; root.dataset.bsTheme = "light"; charts.forEach((chart) => draw(chart, PAPER_WIDTH)); });
  addEventListener("afterprint", () => { root.dataset.bsTheme = theme; charts.forEach((chart) => draw(chart)); });

  // --- downloads -----------------------------------------------------------------------------------------------------
  function download(name, url) {
    const link = document.createElement("a");
    link.download = name;
    link.href = url;
    link.click();
  }

  async function picture(id, format) {
    const chart = document.getElementById(id);
    if (!chart.dataset.drawn) await draw(chart);
    const heading = document.getElementById(`${id}-title`).textContent;
    const layout = { ...chart.layout, paper_bgcolor: css("--paper"), margin: { ...chart.layout.margin, t: (chart.layout.margin?.t || 22) + 34 },
      title: { text: heading, font: { size: 15 }, x: rtl ? .98 : .02, xanchor: rtl ? "right" : "left", y: .98, yanchor: "top" } };
    const size = { width: chart.clientWidth, height: chart.clientHeight + 34 };
    return Plotly.toImage({ data: chart.data, layout: { ...layout, ...size } }, { format, ...size, scale: format === "png" ? 2 : 1 });
  }

  function cellText(cell) {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll(".visually-hidden").forEach((hidden) => hidden.remove());
    const text = copy.textContent.trim().replace(/\s+/g, " ");
    const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d\s.,]+$/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-table-of],[data-png-of],[data-svg-of],[data-csv-of]");
    if (!button) return;
    const { tableOf, pngOf, svgOf, csvOf } = button.dataset;
    if (tableOf) showTable(tableOf, button.getAttribute("aria-expanded") !== "true");
    if (pngOf) download(`${pngOf}.png`, await picture(pngOf, "png"));
    if (svgOf) download(`${svgOf}.svg`, await picture(svgOf, "svg"));
    if (csvOf) {
      const rows = [...document.querySelectorAll(`#${csvOf}-table tr`)];
      const text = rows.map((row) => [...row.cells].map(cellText).join(",")).join("\r\n");
      download(`${csvOf}.csv`, URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" })));
    }
  });
})();
