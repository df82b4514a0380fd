// What a person changed and the server does not have yet, in the browser's own store: written before anything is sent,
// kept until the server has answered for it. One entry for each cell, so that two tabs never lose each other's.
//
// Entries: id ("organization|key", "organization|@key" for evidence, "organization|!mark" for a confirmation) →
//   {content, seen, text, bad, at}. `bad` marks a text that no number could be made of: it is kept, and not sent.
(function () {
  const WAIT = [1000, 2000, 5000, 10000, 30000];

  class Outbox {
    // `renew` fetches a new form token; `token` is the one in use.
    constructor({ user, round, url, token, renew, onChange, onAnswer, onTrouble }) {
      this.prefix = `trellis:${user}:${round}:`;
      Object.assign(this, { url, token, renew, onChange, onAnswer, onTrouble });
      this.entries = new Map();
      this.tries = 0;
      this.line = navigator.onLine ? "up" : "down";
      for (let i = 0; i < localStorage.length; i += 1) {
        const name = localStorage.key(i);
        if (name.startsWith(this.prefix) && !name.startsWith(`${this.prefix}#`)) this.entries.set(name.slice(this.prefix.length), JSON.parse(localStorage.getItem(name)));
      }
      addEventListener("storage", (event) => this.heard(event));
      addEventListener("online", () => this.soon(0));
      addEventListener("offline", () => { this.line = "down"; this.onChange(); });
      document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") this.soon(0); });
    }

    // Another tab of the same person wrote or finished something.
    heard(event) {
      if (!event.key?.startsWith(this.prefix)) return;
      const id = event.key.slice(this.prefix.length);
      if (id.startsWith("#")) return;
      if (event.newValue === null) this.entries.delete(id);
      else this.entries.set(id, JSON.parse(event.newValue));
      this.onChange(id);
    }

    put(id, entry) {
      const known = this.entries.get(id);
      const whole = { ...entry, seen: known && known.seen !== undefined ? known.seen : entry.seen, at: Date.now() };
      localStorage.setItem(this.prefix + id, JSON.stringify(whole)); // may throw when the store is full: the caller says so
      this.entries.set(id, whole);
      this.onChange(id);
      this.soon(700);
    }

    drop(id) {
      localStorage.removeItem(this.prefix + id);
      this.entries.delete(id);
      this.onChange(id);
    }

    // A person chose between their value and somebody else's: what they saw is now the other's.
    choose(id, theirs) {
      const entry = { ...this.entries.get(id), seen: theirs, theirs: undefined };
      localStorage.setItem(this.prefix + id, JSON.stringify(entry));
      this.entries.set(id, entry);
      this.onChange(id);
      this.soon(0);
    }

    get waiting() { return this.sendable.length; }
    get sendable() { return [...this.entries].filter(([, entry]) => !entry.bad && entry.theirs === undefined && !entry.refused); }

    soon(delay) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), delay);
    }

    async send() {
      if (!this.sendable.length && !localStorage.getItem(`${this.prefix}#sent`)) { return; }
      const work = async () => this.sendNow();
      if (navigator.locks) await navigator.locks.request(`${this.prefix}send`, work); else await work();
    }

    // A batch keeps its key until it has been answered: sent twice, it counts once.
    batch() {
      const kept = localStorage.getItem(`${this.prefix}#sent`);
      if (kept) return JSON.parse(kept);
      const part = this.sendable.slice(0, 400);
      if (!part.length) return null;
      const rows = new Map();
      for (const [id, entry] of part) {
        const cut = id.indexOf("|"), organization = id.slice(0, cut), name = id.slice(cut + 1);
        if (!rows.has(organization)) rows.set(organization, { organization, changes: [], evidence: {}, confirm: {} });
        const row = rows.get(organization);
        if (name.startsWith("@")) row.evidence[name.slice(1)] = entry.content ?? "";
        else if (name.startsWith("!")) row.confirm[name.slice(1)] = entry.content ?? "";
        else row.changes.push({ key: name, content: entry.content, seen: entry.seen ?? null });
      }
      const batch = { body: JSON.stringify({ key: crypto.randomUUID(), rows: [...rows.values()] }), sent: part.map(([id, entry]) => [id, entry.at]) };
      localStorage.setItem(`${this.prefix}#sent`, JSON.stringify(batch));
      return batch;
    }

    async sendNow() {
      const batch = this.batch();
      if (!batch) return;
      let answer;
      try {
        const response = await fetch(this.url, { method: "POST", body: batch.body, credentials: "same-origin",
          headers: { "Content-Type": "application/json", "X-CSRFToken": this.token } });
        if (response.status >= 500) throw new Error(String(response.status));
        if (response.status === 403 && !response.headers.get("Content-Type").includes("json")) {
          this.token = await this.renew(); // the page was kept from an earlier session, its token was not
          throw new Error("token");
        }
        answer = { status: response.status, body: await response.json() };
      } catch {
        this.line = "down";
        this.onChange();
        this.soon(WAIT[Math.min(this.tries, WAIT.length - 1)]);
        this.tries += 1;
        return;
      }
      this.line = "up";
      this.tries = 0;
      if (answer.status !== 200) {
        // Signed out, not allowed, a closed round: everything stays here, and the person is told why.
        localStorage.removeItem(`${this.prefix}#sent`);
        this.onTrouble(answer.body.detail || String(answer.status));
        this.onChange();
        return;
      }
      this.onTrouble("");
      this.settle(batch, answer.body.rows);
      localStorage.removeItem(`${this.prefix}#sent`);
      this.onChange();
      if (this.sendable.length) this.soon(0);
    }

    settle(batch, rows) {
      const answers = new Map(rows.map((row) => [row.organization, row]));
      for (const row of rows) this.onAnswer(row);
      for (const [id, at] of batch.sent) {
        const entry = this.entries.get(id);
        if (!entry || entry.at !== at) { if (entry) this.reseen(id, entry, answers); continue; }
        const [organization, name] = [id.slice(0, id.indexOf("|")), id.slice(id.indexOf("|") + 1)];
        const answer = answers.get(organization);
        if (answer.refusal) this.mark(id, { ...entry, refused: answer.refusal });
        else if (name in answer.conflicts) this.mark(id, { ...entry, theirs: answer.conflicts[name] });
        else if (name in answer.errors) this.mark(id, { ...entry, refused: answer.errors[name] });
        else this.drop(id);
      }
    }

    // Typed again while the batch was on its way: what was sent is what the person has seen since.
    reseen(id, entry, answers) {
      const answer = answers.get(id.slice(0, id.indexOf("|"))), name = id.slice(id.indexOf("|") + 1);
      if (answer && !(name in answer.conflicts)) this.mark(id, { ...entry, seen: answer.contents[name] ?? null });
    }

    mark(id, entry) {
      localStorage.setItem(this.prefix + id, JSON.stringify(entry));
      this.entries.set(id, entry);
      this.onChange(id);
    }
  }

  window.trellisOutbox = { Outbox };
})();
