// The Federations page: levels of the tree that come when they are opened, and the network of another day by a slider.
// Without it names lead to the organizations, and the form gives the picture of a day.
(function () {
  const tree = document.querySelector("[data-tree]");

  async function text(url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.text();
  }

  async function open(details) {
    const list = details.querySelector(":scope > ul");
    if (!details.open || details.dataset.loaded) return;
    details.dataset.loaded = "yes";
    list.textContent = tree.dataset.waiting;
    try {
      list.innerHTML = await text(details.dataset.level);
    } catch {
      delete details.dataset.loaded;
      list.textContent = tree.dataset.failed;
    }
  }

  async function more(button) {
    const item = button.closest("li");
    button.disabled = true;
    try {
      const before = item.previousElementSibling;
      item.insertAdjacentHTML("afterend", await text(button.dataset.more));
      item.remove();
      before?.nextElementSibling?.querySelector("a, summary")?.focus();
    } catch {
      button.disabled = false;
      button.after(` ${tree.dataset.failed}`);
    }
  }

  tree?.addEventListener("toggle", (event) => {
    if (event.target.matches("[data-level]")) open(event.target);
  }, true);
  tree?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-more]");
    if (button) more(button);
  });

  // --- the slider ----------------------------------------------------------------------------------------------------
  const form = document.querySelector("[data-network]");
  const chart = document.getElementById("network");
  if (!form || !chart) return;
  const slider = form.querySelector("[data-day]");
  const day = form.elements.on;
  const status = form.querySelector("[data-status]");
  const first = Date.parse(form.dataset.first);
  let asked = 0;
  slider.hidden = false;

  slider.addEventListener("input", () => {
    day.value = new Date(Math.min(first + slider.valueAsNumber * 86400000, Date.now())).toISOString().slice(0, 10);
    slider.setAttribute("aria-valuetext", day.value);
  });
  slider.addEventListener("change", show);
  day.addEventListener("change", show);

  async function show() {
    const mine = ++asked;
    const url = new URL(form.dataset.network, location.href);
    url.searchParams.set("organization", form.elements.organization.value);
    url.searchParams.set("on", day.value);
    try {
      const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      const found = await answer.json();
      if (mine !== asked) return;
      status.textContent = answer.ok ? found.day : found.detail;
      if (!answer.ok || !found.figure) return;
      document.getElementById("network-data").textContent = JSON.stringify(found.figure);
      document.getElementById("network-reading").textContent = found.reading;
      document.getElementById("network-table").innerHTML = found.table;
      document.querySelector("[aria-labelledby='network-title'] > header small").textContent = found.subtitle;
      chart.dispatchEvent(new Event("trellis:changed"));
    } catch {
      if (mine === asked) status.textContent = tree.dataset.failed;
    }
  }
})();
