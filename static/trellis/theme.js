// Light or dark before the first paint: what was chosen here, else what the system prefers.
(function () {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem("trellis-theme"); } catch { return null; } };
  const apply = () => { root.dataset.bsTheme = stored() || (system.matches ? "dark" : "light"); };
  apply();
  root.classList.add("js");
  system.addEventListener("change", () => { apply(); root.dispatchEvent(new Event("trellis:theme")); });
  window.trellisTheme = {
    toggle() {
      const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
      try { localStorage.setItem("trellis-theme", next); } catch { /* private window: it lasts as long as the page */ }
      root.dataset.bsTheme = next;
      root.dispatchEvent(new Event("trellis:theme"));
    },
  };
})();
