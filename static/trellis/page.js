// Small behaviours of every page. Everything works without them; they only save a step.
(function () {
  for (const select of document.querySelectorAll("[data-submit]")) {
    select.addEventListener("change", () => select.form.submit());
  }
  document.querySelector("[data-theme-switch]")?.addEventListener("click", () => window.trellisTheme.toggle());
  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
  document.querySelector("[data-copy-link]")?.addEventListener("click", async (event) => {
    const button = event.currentTarget;
    const label = button.querySelector("span");
    const before = label.textContent;
    await navigator.clipboard.writeText(location.href);
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 1600);
  });
  // The filter bar is folded where there is no room for it, unless it has to say something.
  const bar = document.querySelector("details.bar");
  if (bar && matchMedia("(max-width: 575.98px)").matches && !bar.querySelector(".filter-error")) bar.open = false;
  const filters = [...document.querySelectorAll("details.filter")];
  document.addEventListener("click", (event) => {
    for (const filter of filters) if (!filter.contains(event.target)) filter.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const filter of filters.filter((one) => one.open)) { filter.open = false; filter.querySelector("summary").focus(); }
  });
})();
// Whoever signs out leaves no pages of theirs on the device; changes that were not sent wait for them alone.
if (document.body.classList.contains("alone") && "caches" in window) caches.delete("trellis-entry-1");
