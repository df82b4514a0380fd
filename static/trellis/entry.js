// The entry page: data and rules from the server, changes into the outbox, everything said in words beside the grid.
(async function () {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const settings = read("entry-settings"), words = read("entry-words");
  const language = document.documentElement.lang, point = ["fr", "es"].includes(language) ? "," : ".";
  const figures = new Intl.NumberFormat(language === "ar" ? "ar-EG-u-nu-latn" : language, { maximumFractionDigits: 6 });
  const find = (selector) => document.querySelector(selector);
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (all, name) => values[name]);
  const CACHE = "trellis-entry-1";

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  // --- data: from the line, or as it was kept when the page was last open -----------------------------------------
  async function load() {
    const response = await fetch(settings.data, { credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  async function keepForLater() {
    if (!("caches" in window)) return;
    const parts = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon]")].map((one) => one.src || one.href);
    const cache = await caches.open(CACHE);
    await Promise.all([location.pathname, settings.data, ...parts].map((url) => cache.add(url)));
  }

  let data;
  try {
    data = await load();
  } catch {
    find("[data-line]").textContent = words.not_here;
    return;
  }
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
  keepForLater().catch(() => {}); // the line is down: what was kept before stays

  const rows = data.rows, byCode = new Map(rows.map((row, index) => [row.code, index]));
  const reasonOf = new Map(data.reasons.map((one) => [one.code, one]));
  const idOf = (row, key) => `${row.code}|${key}`;
  let columns = data.columns, findings = new Map();

  // --- what stands in a cell ---------------------------------------------------------------------------------------
  const entryOf = (row, key) => outbox.entries.get(idOf(row, key));
  function contentOf(row, key) {
    const entry = entryOf(row, key);
    if (entry) return entry.bad ? undefined : entry.content ?? undefined;
    return row.contents[key];
  }
  const overlay = (row, sign, known) => {
    const whole = { ...known }, start = `${row.code}|${sign}`;
    for (const [id, entry] of outbox.entries) if (id.startsWith(start)) whole[id.slice(start.length)] = entry.content ?? "";
    return whole;
  };
  const shown = (content) => (content === undefined || content === null ? "" : typeof content === "number" ? figures.format(content) : reasonOf.get(content)?.label ?? content);

  function check(row) {
    const values = {};
    for (const column of data.columns) {
      const content = contentOf(row, column.key);
      if (typeof content === "number") values[column.key] = content;
    }
    const previous = Object.fromEntries(Object.entries(row.earlier).map(([key, history]) => [key, history.at(-1)[1]]));
    const sheet = { values, previous, fences: data.fences[row.kind] ?? {}, evidence: overlay(row, "@", row.evidence) };
    const confirmed = overlay(row, "!", row.confirmed);
    const found = trellisRules.check(data.book, sheet).map((one) => ({ ...one, mark: `${one.rule}:${one.key}`, note: confirmed[`${one.rule}:${one.key}`] ?? "" }));
    findings.set(row.code, found);
    return found;
  }
  const open = (one) => one.severity === "error" || one.severity === "blocker" || !one.note;
  const about = (row, key) => (findings.get(row.code) ?? check(row)).filter((one) => one.key === key);

  const outbox = new trellisOutbox.Outbox({
    ...settings,
    url: settings.save,
    token: data.token,
    renew: async () => (await load()).token,
    onChange(id) {
      if (id) changed(id.slice(0, id.indexOf("|")));
      else if (grid) grid.draw(true);
      tell();
    },
    onAnswer(answer) {
      const row = rows[byCode.get(answer.organization)];
      if (!row || answer.refusal && !answer.version) return;
      Object.assign(row, { contents: answer.contents, version: answer.version, state: answer.state || row.state, evidence: answer.evidence, confirmed: answer.confirmed });
      changed(row.code);
    },
    onTrouble(text) { find("[data-line]").dataset.trouble = text; tell(); },
  });

  const locked = (row) => !data.may_enter || row.state === "approved";
  function trouble(row, key) {
    const entry = entryOf(row, key);
    return entry?.bad || entry?.refused || "";
  }

  const owner = {
    rows,
    get columns() { return columns; },
    corner: [words.organization],
    heading: (column) => [column.part || column.name, column.part ? "" : column.unit],
    begins: (column) => !column.part || column.name !== columns[columns.indexOf(column) - 1]?.name,
    rowHeading: (row) => [row.name, `${row.code} · ${row.place}`],
    cell(row, column) {
      const entry = entryOf(row, column.key), content = contentOf(row, column.key), history = row.earlier[column.key];
      const said = about(row, column.key), marks = [];
      if (trouble(row, column.key) || said.some((one) => one.severity === "error")) marks.push("error");
      else if (entry?.theirs !== undefined) marks.push("conflict");
      else if (said.some(open)) marks.push("warning");
      if (entry) marks.push(entry.theirs !== undefined || entry.bad || entry.refused ? "held" : outbox.line === "down" ? "waiting" : "saving");
      else if (content !== undefined) marks.push("saved");
      if (typeof content === "string") marks.push("reason");
      if (row.comments[column.key]) marks.push("commented");
      if (locked(row)) marks.push("locked");
      return { text: entry?.bad ? entry.text : shown(content), under: history ? shown(history.at(-1)[1]) : "", marks, locked: locked(row), title: "" };
    },
    textOf(row, column) {
      const entry = entryOf(row, column.key), content = contentOf(row, column.key);
      if (entry?.bad) return entry.text;
      if (typeof content === "number") return String(content).replace(".", point);
      return content === undefined ? "" : reasonOf.get(content)?.letter || content;
    },
    enter(changes) {
      try {
        for (const { row, column, text } of changes) put(row, column, text);
      } catch (error) {
        if (error.name !== "QuotaExceededError") throw error;
        outbox.onTrouble(words.full);
      }
      draft(null);
    },
    typing(row, column, text) { draft(text === null ? null : { id: idOf(row, column.key), text }); },
    chosen: (row, column) => beside(row, column),
    key(event, row, column) {
      const reason = data.reasons.find((one) => one.letter && one.letter === event.key.toUpperCase());
      if (!reason || locked(row)) return Boolean(reason);
      event.preventDefault();
      grid.enter(grid.cells(grid.range()).map((one) => ({ ...one, text: reason.letter })));
      return true;
    },
  };

  function put(row, column, text) {
    const trimmed = text.trim(), folded = trimmed.toLocaleLowerCase();
    const reason = data.reasons.find((one) => folded && [one.letter, one.label, one.code].some((name) => name && name.toLocaleLowerCase() === folded));
    const entry = { seen: row.contents[column.key] ?? null, text: trimmed, content: null };
    if (reason) entry.content = reason.code;
    else {
      const found = trellisNumbers.read(trimmed, language);
      if ("error" in found) Object.assign(entry, { bad: trellisRules.say(data.book, found.error, found) });
      else entry.content = found.number;
    }
    // What was refused before may fit beside this.
    for (const [id, other] of outbox.entries) if (id.startsWith(`${row.code}|`) && other.refused) outbox.mark(id, { ...other, refused: undefined });
    outbox.put(idOf(row, column.key), entry);
  }

  // The keystrokes of the cell being typed, so that not even they go with a closed tab.
  const draftName = `${outbox.prefix}#draft`;
  function draft(value) {
    if (value) localStorage.setItem(draftName, JSON.stringify(value)); else localStorage.removeItem(draftName);
  }

  function changed(code) {
    const index = byCode.get(code);
    if (index === undefined) return;
    check(rows[index]);
    if (!grid) return;
    grid.refresh(index);
    if (grid.at.row === index && !grid.editing && !find("[data-beside]").contains(document.activeElement)) beside(rows[index], columns[grid.at.column]);
  }

  // --- what is said --------------------------------------------------------------------------------------------------
  function tell() {
    const line = find("[data-line]"), waiting = outbox.waiting;
    const held = [...outbox.entries.values()].filter((entry) => entry.bad || entry.refused || entry.theirs !== undefined).length;
    line.classList.toggle("down", outbox.line === "down");
    line.classList.toggle("warn", Boolean(line.dataset.trouble));
    line.textContent = line.dataset.trouble
      || (outbox.line === "down" ? (waiting ? fill(words.down, { n: waiting }) : words.down_empty) : waiting ? fill(words.sending, { n: waiting }) : held ? fill(words.held, { n: held }) : words.all_saved);
    let errors = 0, warnings = 0;
    for (const row of rows) {
      for (const one of findings.get(row.code) ?? []) { if (one.severity === "error") errors += 1; else if (open(one)) warnings += 1; }
    }
    for (const entry of outbox.entries.values()) if (entry.bad) errors += 1;
    const chip = find("[data-problems]");
    chip.hidden = !(errors || warnings);
    chip.textContent = fill(words.problems, { errors, warnings });
  }

  function beside(row, column) {
    if (!row || !column) return;
    const panel = find("[data-beside]"), key = column.key, entry = entryOf(row, key), content = contentOf(row, key);
    const field = data.book.fields[key], level = field.value_type === "level";
    const parts = [
      make("p", { className: "where", textContent: `${row.name} · ${column.name}${column.part ? `: ${column.part}` : ""}` }),
      make("p", { className: "now", textContent: entry?.bad ? entry.text : shown(content) || "–" }),
    ];
    if (trouble(row, key)) parts.push(make("p", { className: "said", textContent: trouble(row, key) }));
    if (entry?.theirs !== undefined) parts.push(conflict(row, column, entry));
    for (const one of about(row, key)) parts.push(one.severity === "warning" ? warning(row, one) : make("p", { className: "said", textContent: one.message }));
    if (level && typeof content === "number" && content >= 4 && !locked(row)) parts.push(note(words.evidence, overlay(row, "@", row.evidence)[key] ?? "", (text) => say(row, `@${key}`, text)));
    if (column.anchors.length) {
      parts.push(make("ol", { className: "levels" }, ...column.anchors.map((text, i) => make("li", { className: content === i + 1 ? "on" : "", textContent: text }))));
      parts.push(make("p", { className: "notes", textContent: `${words.verify}: ${column.verify}` }));
    } else {
      const limits = { low: figures.format(field.minimum), high: field.maximum === null ? "" : figures.format(field.maximum) };
      const range = fill(field.maximum === null ? words.from : words.range, limits) + (field.value_type === "decimal" ? "" : `, ${words.whole}`);
      parts.push(make("p", { textContent: column.definition }), make("p", { className: "notes", textContent: `${words.unit}: ${column.unit}. ${range}.` }));
    }
    if (row.earlier[key]) {
      parts.push(make("h3", { textContent: words.earlier }), make("dl", { className: "earlier" }, ...row.earlier[key].flatMap(([date, value]) => [make("dt", { textContent: date }), make("dd", { textContent: shown(value) })])));
    }
    const letters = data.reasons.filter((one) => one.letter).flatMap((one) => [make("kbd", { textContent: one.letter }), ` ${one.label} · `]);
    parts.push(make("p", { className: "notes" }, ...letters), make("p", { className: "notes", textContent: words.keys_more }));
    if (row.version) parts.push(note(words.comment, "", (text) => comment(row, column, text), words.send));
    parts.push(make("p", {}, make("a", { href: row.url, textContent: words.open_form })));
    if (locked(row)) parts.splice(2, 0, make("p", { className: "notes", textContent: words.locked }));
    panel.replaceChildren(...parts);
  }

  function note(label, value, done, button = "") {
    const input = make("input", { className: "form-control form-control-sm", value, maxLength: 2000 });
    const act = () => { if (button ? input.value.trim() : input.value !== value) done(input.value); };
    if (!button) input.addEventListener("change", act);
    return make("label", { className: "note" }, label, input, button ? make("button", { type: "button", className: "btn btn-sm", textContent: button, onclick: act }) : null);
  }

  function say(row, name, text) {
    outbox.put(`${row.code}|${name}`, { content: text, seen: undefined, text });
  }

  function warning(row, one) {
    return make("div", { className: "said warn" }, make("p", { textContent: one.message }), locked(row) ? null : note(one.note ? `${words.confirmed}` : words.confirm, one.note, (text) => say(row, `!${one.mark}`, text)));
  }

  function conflict(row, column, entry) {
    const id = idOf(row, column.key);
    const take = () => { row.contents[column.key] = entry.theirs ?? undefined; outbox.drop(id); beside(row, column); };
    const keep = () => { outbox.choose(id, entry.theirs); beside(row, column); };
    return make("div", { className: "said" },
      make("p", { textContent: fill(words.theirs, { theirs: shown(entry.theirs) || words.empty, mine: shown(entry.content) || words.empty }) }),
      make("button", { type: "button", className: "btn btn-sm", textContent: words.keep_mine, onclick: keep }),
      make("button", { type: "button", className: "btn btn-sm", textContent: words.take_theirs, onclick: take }));
  }

  async function post(url, body) {
    const response = await fetch(url, { method: "POST", credentials: "same-origin", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": outbox.token } });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    return answer;
  }

  async function comment(row, column, text) {
    try {
      row.comments[column.key] = (await post(settings.comment, { organization: row.code, key: column.key, text })).comments;
      changed(row.code);
      beside(row, column);
    } catch (error) { outbox.onTrouble(error.message); }
  }

  // --- handing in ------------------------------------------------------------------------------------------------------
  find("[data-submit-all]")?.addEventListener("click", async () => {
    await outbox.send();
    try {
      const done = await post(settings.submit, {});
      for (const [code, version] of Object.entries(done.submitted)) { Object.assign(rows[byCode.get(code)], { state: "submitted", version }); changed(code); }
      showKept(done);
    } catch (error) { outbox.onTrouble(error.message); }
  });

  function showKept(done) {
    const panel = find("[data-kept]"), kept = Object.entries(done.kept);
    const lines = kept.map(([code, problems]) => make("li", {},
      make("b", { textContent: rows[byCode.get(code)]?.name ?? code }),
      make("ul", {}, ...Object.entries(problems).map(([key, text]) => make("li", {}, make("button", { type: "button", className: "btn btn-link btn-sm", textContent: text, onclick: () => jump(code, key) }))))));
    panel.replaceChildren(make("h2", { textContent: fill(words.submitted, { n: Object.keys(done.submitted).length }) }),
      kept.length ? make("p", { textContent: fill(words.kept, { n: kept.length }) }) : "", make("ul", { className: "plain" }, ...lines));
    panel.hidden = false;
    panel.scrollIntoView({ block: "nearest" });
  }

  function jump(code, key) {
    const column = columns.findIndex((one) => one.key === key);
    if (column >= 0) grid.move(byCode.get(code), column);
  }

  // --- files, columns, start -----------------------------------------------------------------------------------------
  find("[data-save-file]").addEventListener("click", () => {
    const body = JSON.stringify({ trellis: "changes", round: settings.round, changes: [...outbox.entries] });
    const link = make("a", { href: URL.createObjectURL(new Blob([body], { type: "application/json" })), download: `${settings.round}.json` });
    link.click();
  });

  find("[data-load-file]").addEventListener("change", async (event) => {
    let found = null;
    try { found = JSON.parse(await event.target.files[0].text()); } catch { /* told below: not a file of changes */ }
    if (found?.trellis !== "changes" || found.round !== settings.round || !Array.isArray(found.changes)) { outbox.onTrouble(words.bad_file); return; }
    const known = found.changes.filter(([id]) => byCode.has(String(id).split("|")[0]));
    for (const [id, entry] of known) outbox.put(id, { content: entry.content ?? null, seen: entry.seen ?? null, text: String(entry.text ?? ""), bad: entry.bad });
    outbox.onTrouble(fill(words.loaded, { n: known.length }));
    event.target.value = "";
  });

  const choice = find("[data-sections]");
  for (const section of new Set(data.columns.map((column) => column.section))) choice.append(make("option", { value: section, textContent: section }));
  choice.addEventListener("change", () => {
    columns = data.columns.filter((column) => !choice.value || column.section === choice.value);
    grid.at.column = 0;
    grid.from = null;
    grid.reset();
  });

  rows.forEach(check);
  const grid = new trellisGrid.Grid(find("[data-sheet]"), owner);
  const left = JSON.parse(localStorage.getItem(draftName) ?? "null");
  if (left) {
    const [code, key] = [left.id.slice(0, left.id.indexOf("|")), left.id.slice(left.id.indexOf("|") + 1)];
    const row = rows[byCode.get(code)], column = data.columns.find((one) => one.key === key);
    if (row && column) owner.enter([{ row, column, text: left.text }]);
  }
  tell();
  outbox.soon(0);
  window.trellisEntry = { grid, outbox, rows };
})();
