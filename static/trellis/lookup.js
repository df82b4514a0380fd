// Suggestions for fields that ask for another organization, place or partner. Without this script codes are typed.
(function () {
  let number = 0;

  function suggest(input, url) {
    const list = document.createElement("datalist");
    list.id = `suggestions-${++number}`;
    input.after(list);
    input.setAttribute("list", list.id);
    let timer = 0;
    let asked = "";
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const text = input.value.trim();
        if (text.length < 2 || text === asked || [...list.options].some((one) => one.value === input.value)) return;
        asked = text;
        try {
          const answer = await fetch(`${url}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
          if (!answer.ok || asked !== text) return;
          const { results } = await answer.json();
          list.replaceChildren(...results.map((one) => {
            const option = document.createElement("option");
            option.value = one.value;
            option.label = one.note ? `${one.value} · ${one.note}` : one.value;
            return option;
          }));
        } catch {
          asked = ""; // the line is down: the code can still be typed
        }
      }, 200);
    });
    return list;
  }

  // A field for several: a line above it searches, and what is chosen becomes a line of its own.
  function several(area) {
    const input = document.createElement("input");
    input.className = "add-one";
    input.autocomplete = "off";
    input.placeholder = area.dataset.search;
    input.setAttribute("aria-label", area.dataset.search);
    area.before(input);
    const list = suggest(input, area.dataset.lookup);
    const take = () => {
      if (![...list.options].some((one) => one.value === input.value)) return false;
      const lines = area.value.split("\n").map((one) => one.trim()).filter(Boolean);
      if (!lines.includes(input.value)) lines.push(input.value);
      area.value = lines.join("\n");
      input.value = "";
      return true;
    };
    input.addEventListener("input", take);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); take(); }
    });
  }

  for (const field of document.querySelectorAll("[data-lookup]")) {
    if (field.tagName === "TEXTAREA") several(field);
    else suggest(field, field.dataset.lookup);
  }
})();
