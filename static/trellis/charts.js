// Draws the figures that the page carries as JSON: colours by meaning and theme, mirrored where reading runs from the
// right, nothing fetched from elsewhere. Without Plotly the tables behind the pictures show themselves.
(function () {
  const root = document.documentElement;
  const rtl = root.dir === "rtl";
  const topojson = document.currentScript?.dataset.topojson
    || document.querySelector("script[data-topojson]").dataset.topojson;
  const charts = [...document.querySelectorAll("[data-chart]")];
  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  function showTable(id, shown) {
    document.getElementById(`${id}-table`)?.classList.toggle("shown", shown);
    document.querySelector(`[data-table-of="${id}"]`)?.setAttribute("aria-expanded", String(shown));
  }

  if (!window.Plotly) {
    for (const chart of charts) { chart.hidden = true; showTable(chart.id, true); }
    return;
  }
  Plotly.setPlotConfig({ topojsonURL: new URL(topojson, location.href).href, locale: root.lang.split("-")[0] });

  function themed(stored, narrow) {
    const figure = structuredClone(stored);
    const ink = css("--ink"), muted = css("--muted"), line = css("--line"), paper = css("--paper");
    for (const trace of figure.data) {
      const role = trace.meta?.role;
      const colour = role && role !== "ink" && role !== "map" ? css(`--series-${role}`) : ink;
      if (trace.type === "bar") trace.marker = { ...trace.marker, color: colour, line: { color: paper, width: 1 } };
      if (trace.type === "scatter" && trace.mode !== "text") {
        trace.line = { ...trace.line, color: colour };
        trace.marker = { ...trace.marker, color: colour };
      }
      if (trace.mode === "text") {
        trace.textfont = { color: ink, size: 12.5 };
        if (rtl && trace.textposition === "middle right") trace.textposition = "middle left";
      }
      if (trace.type === "choropleth") {
        trace.colorscale = [[0, css("--map-low")], [1, css("--map-high")]];
        trace.marker = { line: { color: paper, width: .6 } };
      }
    }
    const layout = figure.layout;
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, tickfont: { color: muted }, fixedrange: true };
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { family: "system-ui, Noto Sans, Noto Sans Arabic, sans-serif", size: 13, color: ink };
    layout.xaxis = { ...axis, automargin: true, ...layout.xaxis };
    layout.yaxis = { ...axis, automargin: true, ...layout.yaxis };
    layout.margin = { l: 46, r: 18, t: 22, b: 34, ...layout.margin };
    layout.legend = { orientation: "h", y: 1.02, yanchor: "bottom", x: rtl ? 1 : 0, xanchor: rtl ? "right" : "left",
      traceorder: "normal", ...layout.legend, font: { color: ink } };
    layout.hoverlabel = { bgcolor: paper, bordercolor: line, font: { color: ink } };
    if (layout.legend && figure.data.some((trace) => trace.type === "bar")) layout.margin.t = narrow ? 76 : 46;
    const lying = figure.data.some((trace) => trace.orientation === "h");
    for (const one of lying ? ["yaxis"] : ["xaxis"]) layout[one].showgrid = false;
    if (layout.geo) {
      Object.assign(layout.geo, { bgcolor: "rgba(0,0,0,0)", landcolor: css("--land"), countrycolor: paper, resolution: 110 });
    }
    for (const note of layout.annotations || []) { note.font = { color: ink, size: 12.5 }; }
    if (layout.meta?.labels === "end" && narrow) layout.margin.r = 104;
    if (lying) {
      if (narrow) layout.xaxis.range = layout.xaxis.range.map((end) => end * 1.4);  // room for the texts after the bars
      // Plotly does not make room for the names of bars on the right side; so the room is reckoned here, on either.
      const longest = Math.max(...figure.data.flatMap((trace) => trace.y.map((name) => String(name).length)));
      layout.margin.l = Math.max(layout.margin.l, Math.min(14 + 7.5 * longest, 150));
    }
    if (rtl && !layout.geo) mirror(layout, lying);
    return figure;
  }

  function mirror(layout, lying) {
    layout.yaxis.side = "right";
    if (lying) {
      layout.xaxis.range = [...layout.xaxis.range].reverse();
    } else {
      layout.xaxis.autorange = "reversed";
    }
    layout.margin = { ...layout.margin, l: layout.margin.r, r: layout.margin.l };
    for (const note of layout.annotations || []) { note.xanchor = "right"; note.xshift = -note.xshift; note.align = "right"; }
  }

  function draw(chart) {
    const stored = JSON.parse(document.getElementById(`${chart.id}-data`).textContent);
    const narrow = chart.clientWidth < 460;
    const figure = themed(stored, narrow);
    figure.layout.height = Number(getComputedStyle(chart).minHeight.replace("px", ""));
    Plotly.react(chart, figure.data, figure.layout, { displayModeBar: false, responsive: true });
    chart.dataset.drawn = "yes";
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
  }, { rootMargin: "200px" });
  charts.forEach((chart) => seen.observe(chart));
  root.addEventListener("trellis:theme", () => charts.filter((chart) => chart.dataset.drawn).forEach(draw));
  addEventListener("beforeprint", () => charts.forEach(draw));

  function download(name, url) {
    const link = document.createElement("a");
    link.download = name;
    link.href = url;
    link.click();
  }

  function cellText(cell) {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll(".visually-hidden").forEach((hidden) => hidden.remove());
    const text = copy.textContent.trim().replace(/\s+/g, " ");
    const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d\s.,]+$/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-table-of],[data-png-of],[data-csv-of]");
    if (!button) return;
    const { tableOf, pngOf, csvOf } = button.dataset;
    if (tableOf) showTable(tableOf, button.getAttribute("aria-expanded") !== "true");
    if (pngOf) {
      const chart = document.getElementById(pngOf);
      if (!chart.dataset.drawn) draw(chart);
      const picture = { ...chart.layout, paper_bgcolor: css("--paper") };
      const url = await Plotly.toImage({ data: chart.data, layout: picture }, { format: "png", width: chart.clientWidth, height: chart.clientHeight, scale: 2 });
      download(`${pngOf}.png`, url);
    }
    if (csvOf) {
      const rows = [...document.querySelectorAll(`#${csvOf}-table tr`)];
      const text = rows.map((row) => [...row.cells].map(cellText).join(",")).join("\r\n");
      download(`${csvOf}.csv`, URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" })));
    }
  });
})();
