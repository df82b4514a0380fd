// A table that behaves like a spreadsheet. It knows cells, keys, selection, clipboard and undo; what a cell holds and what
// becomes of a text is asked of its owner. Only the rows in view are drawn, so that thousands stay quick.
//
// owner: {rows, columns, heading(column), rowHeading(row), cell(row, column) → {text, under, marks, title, locked},
//         begins(column) → starts a group, textOf(row, column), enter(changes: [{row, column, text}]), chosen(row, column), key(event, row, column)}
(function () {
  const SPARE = 12;

  class Grid {
    constructor(box, owner) {
      Object.assign(this, { box, owner, at: { row: 0, column: 0 }, from: null, undone: [], done: [] });
      this.table = document.createElement("table");
      this.table.className = "grid";
      this.table.setAttribute("role", "grid");
      this.head = this.table.createTHead();
      this.body = this.table.createTBody();
      this.box.replaceChildren(this.table);
      this.box.addEventListener("scroll", () => this.later());
      new ResizeObserver(() => this.later()).observe(this.box);
      this.body.addEventListener("mousedown", (event) => this.press(event));
      this.body.addEventListener("mouseover", (event) => { if (event.buttons === 1 && this.pressed) this.stretch(event); });
      addEventListener("mouseup", () => { this.pressed = false; });
      this.body.addEventListener("dblclick", () => this.edit());
      this.table.addEventListener("keydown", (event) => this.onKey(event));
      this.box.addEventListener("copy", (event) => this.copy(event));
      this.box.addEventListener("paste", (event) => this.paste(event));
      this.rtl = document.documentElement.dir === "rtl";
      this.reset();
    }

    get rows() { return this.owner.rows; }
    get columns() { return this.owner.columns; }

    reset() {
      this.at = { row: Math.min(this.at.row, Math.max(this.rows.length - 1, 0)), column: Math.min(this.at.column, Math.max(this.columns.length - 1, 0)) };
      this.table.setAttribute("aria-rowcount", this.rows.length + 1);
      this.table.setAttribute("aria-colcount", this.columns.length + 1);
      const row = document.createElement("tr");
      row.append(this.headCell(this.owner.corner, 1), ...this.columns.map((column, i) => this.headCell(this.owner.heading(column), i + 2, column)));
      this.head.replaceChildren(row);
      this.first = this.last = -1;
      this.draw();
    }

    headCell(texts, index, column) {
      const cell = document.createElement("th");
      if (column && this.owner.begins(column)) cell.className = "begins";
      cell.scope = "col";
      cell.setAttribute("role", "columnheader");
      cell.setAttribute("aria-colindex", index);
      for (const [i, text] of texts.filter(Boolean).entries()) {
        const part = document.createElement(i ? "small" : "span");
        part.textContent = text;
        part.dir = "auto"; // names keep their own direction, so that a cut name is cut at its end
        cell.append(part);
      }
      cell.title = texts[0] ?? "";
      return cell;
    }

    later() {
      if (this.waiting) return;
      this.waiting = true;
      requestAnimationFrame(() => { this.waiting = false; this.draw(); });
    }

    get rowHeight() { return this.measured || 46; }

    draw(force = false) {
      const height = this.rowHeight, top = this.box.scrollTop;
      const first = Math.max(0, Math.floor(top / height) - SPARE);
      const last = Math.min(this.rows.length, Math.ceil((top + this.box.clientHeight) / height) + SPARE);
      if (!force && first === this.first && last === this.last) return;
      // Drawing anew takes the input away under the hands of who types: what is not urgent waits, a scroll ends the entry.
      if (this.editing) {
        if (force) { this.stale = true; return; }
        this.leave();
      }
      this.stale = false;
      const active = this.body.contains(document.activeElement);
      Object.assign(this, { first, last });
      const drawn = [this.spacer(first * height)];
      for (let i = first; i < last; i += 1) drawn.push(this.row(i));
      drawn.push(this.spacer((this.rows.length - last) * height));
      this.body.replaceChildren(...drawn);
      const sample = this.body.rows[1];
      if (!this.measured && sample?.offsetHeight) { this.measured = sample.offsetHeight; }
      if (active && !this.editing) this.focus(false);
    }

    spacer(height) {
      const row = document.createElement("tr");
      row.setAttribute("aria-hidden", "true");
      row.className = "spacer";
      if (height > 0) { const cell = row.insertCell(); cell.colSpan = this.columns.length + 1; cell.style.height = `${Math.round(height)}px`; }
      return row;
    }

    row(index) {
      const row = document.createElement("tr"), record = this.rows[index];
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", index + 2);
      const head = this.headCell(this.owner.rowHeading(record), 1);
      head.scope = "row";
      head.setAttribute("role", "rowheader");
      row.append(head, ...this.columns.map((column, i) => this.dress(document.createElement("td"), index, i)));
      return row;
    }

    dress(cell, row, column) {
      const { text, under, marks, title, locked } = this.owner.cell(this.rows[row], this.columns[column]);
      const here = row === this.at.row && column === this.at.column;
      cell.className = [...marks, this.owner.begins(this.columns[column]) ? "begins" : "", here ? "here" : "", this.inRange(row, column) ? "chosen" : ""].filter(Boolean).join(" ");
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("aria-colindex", column + 2);
      cell.tabIndex = here ? 0 : -1;
      if (locked) cell.setAttribute("aria-readonly", "true"); else cell.removeAttribute("aria-readonly");
      if (marks.includes("error")) cell.setAttribute("aria-invalid", "true"); else cell.removeAttribute("aria-invalid");
      if (title) cell.title = title; else cell.removeAttribute("title");
      const value = document.createElement("span"), last = document.createElement("small");
      value.textContent = text;
      last.textContent = under;
      cell.replaceChildren(value, last);
      Object.assign(cell.dataset, { row, column });
      return cell;
    }

    cellAt(row, column) {
      return this.body.querySelector(`td[data-row="${row}"][data-column="${column}"]`);
    }

    // Draw one row anew, if it is in view.
    refresh(row) {
      if (row < this.first || row >= this.last) return;
      this.columns.forEach((column, i) => {
        const cell = this.cellAt(row, i);
        if (cell && !(this.editing && row === this.at.row && i === this.at.column)) this.dress(cell, row, i);
      });
    }

    inRange(row, column) {
      if (!this.from) return false;
      const [top, bottom] = [this.from.row, this.at.row].sort((a, b) => a - b);
      const [start, end] = [this.from.column, this.at.column].sort((a, b) => a - b);
      return row >= top && row <= bottom && column >= start && column <= end;
    }

    range() {
      const other = this.from || this.at;
      const [top, bottom] = [other.row, this.at.row].sort((a, b) => a - b);
      const [start, end] = [other.column, this.at.column].sort((a, b) => a - b);
      return { top, bottom, start, end };
    }

    move(row, column, stretch = false) {
      if (!this.rows.length) return;
      if (stretch) this.from = this.from || { ...this.at }; else this.from = null;
      this.at = { row: Math.max(0, Math.min(row, this.rows.length - 1)), column: Math.max(0, Math.min(column, this.columns.length - 1)) };
      this.bringIntoView();
      this.draw(true);
      this.focus();
      this.owner.chosen(this.rows[this.at.row], this.columns[this.at.column]);
    }

    bringIntoView() {
      const height = this.rowHeight, top = this.at.row * height, seen = this.box.clientHeight - this.head.offsetHeight;
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      else if (top + height > this.box.scrollTop + seen) this.box.scrollTop = top + height - seen;
    }

    focus(scroll = true) {
      const cell = this.cellAt(this.at.row, this.at.column);
      if (!cell) return;
      cell.focus({ preventScroll: true });
      if (scroll) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    }

    press(event) {
      const cell = event.target.closest("td[data-row]");
      if (!cell || event.target.closest("input")) return;
      event.preventDefault();
      this.leave();
      this.pressed = true;
      this.move(Number(cell.dataset.row), Number(cell.dataset.column), event.shiftKey);
    }

    stretch(event) {
      const cell = event.target.closest("td[data-row]");
      if (cell) this.move(Number(cell.dataset.row), Number(cell.dataset.column), true);
    }

    onKey(event) {
      if (this.editing) { this.onEditKey(event); return; }
      const { row, column } = this.at, page = Math.max(1, Math.floor(this.box.clientHeight / this.rowHeight) - 2);
      const on = this.rtl ? -1 : 1, control = event.ctrlKey || event.metaKey;
      const moves = {
        ArrowUp: [control ? 0 : row - 1, column], ArrowDown: [control ? this.rows.length - 1 : row + 1, column],
        ArrowLeft: [row, column - on], ArrowRight: [row, column + on], PageUp: [row - page, column], PageDown: [row + page, column],
        Home: [control ? 0 : row, 0], End: [control ? this.rows.length - 1 : row, this.columns.length - 1],
      };
      if (moves[event.key]) { event.preventDefault(); this.move(...moves[event.key], event.shiftKey); return; }
      if (control) {
        const key = event.key.toLowerCase();
        if (key === "z" || key === "y") { event.preventDefault(); this.step(key === "y" || event.shiftKey); }
        if (key === "d") { event.preventDefault(); this.fillDown(); }
        if (key === "a") { event.preventDefault(); this.from = { row: 0, column: 0 }; this.move(this.rows.length - 1, this.columns.length - 1, true); }
        return;
      }
      if (event.altKey) return;
      if (event.key === "Tab") {
        const next = column + (event.shiftKey ? -1 : 1);
        if (next < 0 || next >= this.columns.length) return; // out of the table, as Tab does everywhere
        event.preventDefault();
        this.move(row, next);
      } else if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); this.edit(); }
      else if (event.key === "Escape") { this.from = null; this.draw(true); this.focus(false); }
      else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); this.clear(); }
      else if (event.key.length === 1 && !this.owner.key(event, this.rows[row], this.columns[column])) { event.preventDefault(); this.edit(event.key); }
    }

    // --- changing a cell -------------------------------------------------------------------------------------------
    edit(text) {
      const row = this.rows[this.at.row], column = this.columns[this.at.column];
      if (!row || this.owner.cell(row, column).locked) return;
      const cell = this.cellAt(this.at.row, this.at.column);
      const input = document.createElement("input");
      input.value = text ?? this.owner.textOf(row, column);
      input.inputMode = "decimal";
      input.autocomplete = "off";
      input.setAttribute("aria-label", this.owner.heading(column).filter(Boolean).join(" "));
      this.editing = input;
      cell.replaceChildren(input);
      input.focus();
      if (text === undefined) input.select();
      input.addEventListener("input", () => this.owner.typing?.(row, column, input.value));
      input.addEventListener("blur", () => this.leave());
      if (text !== undefined) this.owner.typing?.(row, column, input.value);
    }

    onEditKey(event) {
      const { row, column } = this.at;
      const after = { Enter: [event.shiftKey ? row - 1 : row + 1, column], Tab: [row, column + (event.shiftKey ? -1 : 1)], ArrowDown: [row + 1, column], ArrowUp: [row - 1, column] };
      if (event.key === "Escape") { event.preventDefault(); this.leave(true); this.focus(false); }
      else if (after[event.key]) { event.preventDefault(); this.leave(); this.move(...after[event.key]); }
    }

    leave(back = false) {
      const input = this.editing;
      if (!input) return;
      this.editing = null;
      const { row, column } = this.at;
      if (back) this.owner.typing?.(this.rows[row], this.columns[column], null);
      else if (input.value !== this.owner.textOf(this.rows[row], this.columns[column])) this.enter([{ row, column, text: input.value }]);
      else this.owner.typing?.(this.rows[row], this.columns[column], null);
      this.refresh(row);
      if (this.stale) this.draw(true);
    }

    // Changes by index; remembered for undo.
    enter(changes) {
      const open = changes.filter((one) => this.rows[one.row] && this.columns[one.column] && !this.owner.cell(this.rows[one.row], this.columns[one.column]).locked);
      const before = open.map((one) => ({ ...one, text: this.owner.textOf(this.rows[one.row], this.columns[one.column]) }));
      if (!open.length) return;
      this.done.push({ before, after: open });
      this.undone = [];
      this.give(open);
    }

    give(changes) {
      this.owner.enter(changes.map((one) => ({ row: this.rows[one.row], column: this.columns[one.column], text: one.text })));
      new Set(changes.map((one) => one.row)).forEach((row) => this.refresh(row));
      this.owner.chosen(this.rows[this.at.row], this.columns[this.at.column]);
    }

    step(again) {
      const one = (again ? this.undone : this.done).pop();
      if (!one) return;
      (again ? this.done : this.undone).push(one);
      this.give(again ? one.after : one.before);
    }

    cells({ top, bottom, start, end }) {
      const found = [];
      for (let row = top; row <= bottom; row += 1) for (let column = start; column <= end; column += 1) found.push({ row, column });
      return found;
    }

    clear() { this.enter(this.cells(this.range()).map((one) => ({ ...one, text: "" }))); }

    fillDown() {
      const range = this.range();
      const source = range.top === range.bottom ? range.top - 1 : range.top;
      if (source < 0) return;
      const changes = this.cells(range).filter((one) => one.row !== source)
        .map((one) => ({ ...one, text: this.owner.textOf(this.rows[source], this.columns[one.column]) }));
      this.enter(changes);
    }

    copy(event) {
      if (this.editing || !this.body.contains(document.activeElement)) return;
      const { top, bottom, start, end } = this.range(), lines = [];
      for (let row = top; row <= bottom; row += 1) {
        lines.push(this.columns.slice(start, end + 1).map((column) => this.owner.textOf(this.rows[row], column)).join("\t"));
      }
      event.preventDefault();
      event.clipboardData.setData("text/plain", lines.join("\r\n"));
    }

    // A block from a spreadsheet; one single value fills the whole selection.
    paste(event) {
      if (this.editing || !this.body.contains(document.activeElement)) return;
      event.preventDefault();
      const lines = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
      const range = this.range(), single = lines.length === 1 && lines[0].length === 1;
      const changes = single
        ? this.cells(range).map((one) => ({ ...one, text: lines[0][0] }))
        : lines.flatMap((line, i) => line.map((text, j) => ({ row: range.top + i, column: range.start + j, text: text.trim() })));
      this.enter(changes);
    }
  }

  window.trellisGrid = { Grid };
})();
