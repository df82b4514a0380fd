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
      trace.colorscale = [[0, css("--map-low")], [1, css("--map-high")]];
      trace.marker = { line: { color: paper, width: .6 } };
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
      const names = figure.data.filter((trace) => trace.y).flatMap((trace) => trace.y.map((name) => String(name ?? "").length));
      layout.margin.l = Math.max(layout.margin.l, Math.min(14 + 7.5 * Math.max(0, ...names), narrow ? 120 : 190));
    }
    const names = layout.xaxis.ticktext;
    if (narrow && !lying && names?.length > 4) {  // names that have no room side by side lean
      layout.xaxis.ticktext = names.map((name) => name.replaceAll("<br>", " "));
      layout.xaxis.tickangle = rtl ? 50 : -50;
    }
    if (rtl && figure.data.some((trace) => trace.type === "sankey")) turn(layout);
    else if (rtl && !layout.geo) mirror(layout, lying);
    return figure;
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

  // `width`: on paper, where every picture has the whole line; else what the page gives it.
  function draw(chart, width) {
    const figure = themed(storedOf(chart), (width || chart.clientWidth) < 460);
    if (width) figure.layout.width = width;
    figure.layout.height = Number(getComputedStyle(chart).minHeight.replace("px", ""));
    Plotly.react(chart, figure.data, figure.layout, { displayModeBar: false, responsive: true });
    if (!chart.dataset.drawn) listen(chart);
    chart.dataset.drawn = "yes";
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
      chart.querySelectorAll(".nsewdrag").forEach((layer) => { layer.style.cursor = points.some(urlOf) ? "pointer" : ""; });
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
          found.push({ curve, number: i, text: trace.customdata?.length ? say(name, trace.customdata[i]) : say(name), url: meta.urls?.[i] });
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
    if (!mark.still && chart.layout?.xaxis && chart.dataset.drawn) {
      try { Plotly.Fx.hover(chart, [{ curveNumber: mark.curve, pointNumber: mark.number }]); } catch { /* a mark without a place */ }
    }
  }

  function leave(chart) {
    chart.mark = undefined;
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
    if (!chart.dataset.drawn) draw(chart);
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
