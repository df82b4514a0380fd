// The rules of the catalogue, checked in the page and offline as indicators/rules.py checks them on the server.
(function (scope) {
  const ENOUGH_LEVELS = 8;

  function plain(word) {
    return typeof word === "number" ? String(Number(word.toFixed(10))) : String(word);
  }

  function say(book, pattern, words = {}) {
    return book.patterns[pattern].replace(/%\((\w+)\)s|%%/g, (all, name) => (all === "%%" ? "%" : plain(words[name])));
  }

  function format(book, field, value) {
    if (!field) return say(book, "unknown");
    const type = field.value_type, strict = type === "level" || type === "yes_no";
    if ((strict || type === "integer") && !Number.isInteger(value)) return say(book, type);
    if (value < field.minimum) return say(book, strict ? type : "least", { limit: field.minimum });
    if (field.maximum !== null && value > field.maximum) return say(book, strict ? type : "most", { limit: field.maximum });
    return "";
  }

  const label = (book, keys) => keys.map((key) => book.fields[key]?.label ?? key).join(" + ");

  function total(keys, values) {
    if (keys.some((key) => values[key] === undefined)) return null;
    return Number(keys.reduce((sum, key) => sum + values[key], 0).toFixed(6));
  }

  function levels(book, rule, sheet) {
    const keys = rule.left.length ? rule.left : Object.keys(book.fields).filter((key) => book.fields[key].value_type === "level");
    return keys.filter((key) => sheet.values[key] !== undefined).map((key) => [key, sheet.values[key]]);
  }

  const finding = (key, rule, message) => ({ key, rule: rule.code, severity: rule.severity, message });

  const KINDS = {
    compare(book, rule, sheet) {
      const left = total(rule.left, sheet.values), right = total(rule.right, sheet.values);
      if (left === null || right === null || (rule.operator === "==" ? left === right : left <= right)) return [];
      const words = { left: label(book, rule.left), a: left, right: label(book, rule.right), b: right };
      return [finding(rule.left[0], rule, say(book, rule.operator === "==" ? "sum" : "part", words))];
    },
    balance(book, rule, sheet) {
      const now = total(rule.left, sheet.values), before = total(rule.left, sheet.previous);
      const [joined, left] = rule.right.map((key) => total([key], sheet.values));
      if ([now, before, joined, left].includes(null) || before + joined - left === now) return [];
      return [finding(rule.left[0], rule, say(book, "balance", { a: now, b: before, c: before + joined - left }))];
    },
    jump(book, rule, sheet) {
      return levels(book, rule, sheet)
        .filter(([key, value]) => sheet.previous[key] !== undefined && Math.abs(value - sheet.previous[key]) > rule.limit)
        .map(([key, value]) => finding(key, rule, say(book, "jump", { a: value, b: sheet.previous[key], limit: rule.limit })));
    },
    growth(book, rule, sheet) {
      return rule.left.filter((key) => {
        const now = total([key], sheet.values), before = total([key], sheet.previous);
        return now !== null && before && now > before * (1 + rule.limit / 100);
      }).map((key) => finding(key, rule, say(book, "growth", { a: sheet.values[key], b: sheet.previous[key], limit: rule.limit })));
    },
    fall(book, rule, sheet) {
      return rule.left.filter((key) => {
        const now = total([key], sheet.values), before = total([key], sheet.previous);
        return now !== null && before && now < before * (1 - rule.limit / 100);
      }).map((key) => finding(key, rule, say(book, "fall", { a: sheet.values[key], b: sheet.previous[key], limit: rule.limit })));
    },
    straight_line(book, rule, sheet) {
      const found = levels(book, rule, sheet);
      if (found.length < ENOUGH_LEVELS) return [];
      const times = Math.max(...found.map(([, value]) => found.filter(([, other]) => other === value).length));
      if (times * 100 <= rule.limit * found.length) return [];
      return [finding(found[0][0], rule, say(book, "straight_line", { a: times, b: found.length }))];
    },
    outlier(book, rule, sheet) {
      return rule.left.filter((key) => {
        const value = sheet.values[key], fence = sheet.fences[key];
        return value !== undefined && fence && (value < fence[0] || value > fence[1]);
      }).map((key) => finding(key, rule, say(book, "outlier", { a: sheet.values[key], b: sheet.fences[key][0], c: sheet.fences[key][1] })));
    },
    evidence(book, rule, sheet) {
      return levels(book, rule, sheet)
        .filter(([key, value]) => value >= rule.limit && !(sheet.evidence[key] ?? "").trim())
        .map(([key]) => finding(key, rule, say(book, "evidence", { limit: rule.limit })));
    },
  };

  // sheet: {values, previous, fences, evidence}; book: what indicators.rules.as_json gives.
  function check(book, sheet) {
    const whole = { previous: {}, fences: {}, evidence: {}, ...sheet };
    const found = [], good = {};
    for (const [key, value] of Object.entries(whole.values)) {
      const problem = format(book, book.fields[key], value);
      if (problem) found.push({ key, rule: "format", severity: "error", message: problem });
      else good[key] = value;
    }
    const sound = { ...whole, values: good };
    for (const rule of book.rules) found.push(...KINDS[rule.kind](book, rule, sound));
    return found;
  }

  scope.trellisRules = { check, say };
})(typeof window === "undefined" ? globalThis : window);
