// The guided tour: a note at the edge of the page goes from step to step and frames what it speaks of. It covers nothing
// for good, takes the keyboard (Escape ends it), and tells the server once that it was seen.
(function () {
  const note = document.getElementById("tour");
  if (!note) return;
  const steps = [...note.querySelectorAll("li")];
  const form = note.querySelector("form");
  const button = (name) => note.querySelector(`[data-tour="${name}"]`);
  const next = button("next"), nextWord = next.textContent;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let at = -1, framed = null, opener = null;

  const isThere = (element) => element && element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";

  function frame(step) {
    framed?.classList.remove("tour-here");
    framed = [step.dataset.target, step.dataset.otherwise].filter(Boolean)
      .map((selector) => document.querySelector(selector)).find(isThere) || null;
    if (!framed) return;
    framed.classList.add("tour-here");
    const block = framed.offsetHeight > innerHeight / 2 ? "start" : "center";
    framed.scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });
  }

  function show(number) {
    at = number;
    const step = steps[at];
    note.hidden = false;
    document.body.classList.add("touring");
    document.getElementById("tour-title").textContent = step.querySelector("b").textContent;
    document.getElementById("tour-text").textContent = step.querySelector("span").textContent;
    const count = document.getElementById("tour-count");
    count.textContent = count.dataset.words.replace("%(n)s", at + 1).replace("%(all)s", steps.length);
    button("back").hidden = at === 0;
    next.textContent = at === steps.length - 1 ? next.dataset.last : nextWord;
    frame(step);
    note.focus({ preventScroll: true });  // so that a screen reader reads the step
  }

  function end() {
    note.hidden = true;
    document.body.classList.remove("touring");
    framed?.classList.remove("tour-here");
    framed = null;
    if (location.hash === "#tour") history.replaceState(null, "", location.pathname + location.search);
    (isThere(opener) ? opener : document.getElementById("content")).focus({ preventScroll: true });
    // Where the line is down it is simply shown once more.
    fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => {});
  }

  function begin(from) {
    opener = from;
    show(0);
  }

  next.addEventListener("click", () => (at === steps.length - 1 ? end() : show(at + 1)));
  button("back").addEventListener("click", () => show(at - 1));
  button("skip").addEventListener("click", end);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !note.hidden && !document.querySelector(":popover-open, .dropdown-menu.show")) end();
  });
  for (const link of document.querySelectorAll("[data-tour-begin]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      begin(document.querySelector("[data-help]"));
    });
  }
  if (location.hash === "#tour") begin(document.querySelector("[data-help]"));
  else if ("begins" in note.dataset) begin(null);
})();
