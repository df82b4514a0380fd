// Builds the browser libraries into static/vendor: one Plotly bundle with the traces that Trellis draws, its maps, and
// Bootstrap with its icons. Run by ./dev and by the image; nothing of this is kept in the repository.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const target = join(root, "static/vendor");
const modules = join(root, "node_modules");
const traces = [
  "bar", "heatmap", "sankey", "scatterpolar", "choropleth", "scattergeo", // scatter is in the core
];
const locales = ["fr", "es", "ar"];
const maps = ["world_110m", "africa_110m", "asia_110m"];

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "topo"), { recursive: true });

const parts = [...traces.map((t) => `plotly.js/lib/${t}`), ...locales.map((l) => `plotly.js/lib/locales/${l}`)];
await build({
  stdin: {
    contents: `import Plotly from "plotly.js/lib/core";
${parts.map((part, i) => `import p${i} from "${part}";`).join("\n")}
Plotly.register([${parts.map((_, i) => `p${i}`).join(",")}]);
export default Plotly;`,
    resolveDir: root,
  },
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "PlotlyModule",
  footer: { js: "window.Plotly=PlotlyModule.default||PlotlyModule;" },
  define: { global: "window" },
  target: "es2020",
  legalComments: "none",
  outfile: join(target, "plotly.min.js"),
  logLevel: "warning",
});

rmSync(join(target, "plotly.min.css"), { force: true }); // the styles of map tiles, which are not drawn here

// The maps that Plotly would fetch from a content network lie in one script of the package; cut them out.
const assets = {};
const holder = { exports: assets };
new Function("module", "exports", "window", "self", readFileSync(join(modules, "plotly.js/dist/plotly-geo-assets.js"), "utf8"))(
  holder, assets, assets, assets,
);
const geo = assets.PlotlyGeoAssets ?? holder.exports.PlotlyGeoAssets ?? holder.exports;
for (const name of maps) {
  const topology = geo.topojson?.[name];
  if (!topology) throw new Error(`plotly-geo-assets.js holds no map ${name}`);
  writeFileSync(join(target, "topo", `${name}.json`), JSON.stringify(topology));
}

const copies = {
  "plotly.js/dist/plotly.css": "plotly.css",
  "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
  "bootstrap/dist/css/bootstrap.rtl.min.css": "bootstrap.rtl.min.css",
  "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
};
for (const [from, to] of Object.entries(copies)) {
  const text = readFileSync(join(modules, from), "utf8").replace(/\n?\/[/*]# sourceMappingURL=.*$/m, "");
  writeFileSync(join(target, to), text);
}

// Only the icons that the templates use, as one sprite.
const icons = readFileSync(join(root, "static/trellis/icons.txt"), "utf8").split(/\s+/).filter(Boolean);
const symbols = icons.map((name) => {
  const svg = readFileSync(join(modules, "bootstrap-icons/icons", `${name}.svg`), "utf8");
  const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  return `<symbol id="${name}" viewBox="0 0 16 16">${inner.trim()}</symbol>`;
});
writeFileSync(join(target, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
