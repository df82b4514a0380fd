// Numbers as people write them, read as indicators/numbers.py reads them: in the writer's language, never guessed.
// read(text, language) → {number} with number null for an empty text, or {error, …} where no number can be made of it.
(function (scope) {
  const SEPARATORS = { en: [".", ","], fr: [",", ""], es: [",", "."], ar: [".٫", ",٬"] };
  const SPACES = "\u0020\u00a0\u202f\u2009\u2007'’";
  const MINUS = "-−–";
  const LONGEST = 15;
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  function latinDigits(text) {
    return text.replace(/\p{Nd}/gu, (char) => {
      let code = char.codePointAt(0), zero = code;
      // The digits of a script stand together, ten in a row.
      while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
      return String(code - zero);
    });
  }

  class Unreadable extends Error {
    constructor(kind, more = {}) { super(kind); this.kind = kind; this.more = more; }
  }

  function digits(part) {
    if (!/^\d+$/.test(part)) throw new Unreadable("number");
    return part;
  }

  function grouped(part, separators) {
    const groups = part.split(new RegExp(`[${escaped(separators)}]`));
    const fits = groups.length === 1 || (groups[0].length >= 1 && groups[0].length <= 3 && groups.at(-1).length === 3
      && (groups.slice(1).every((one) => one.length === 3) || groups.slice(1, -1).every((one) => one.length === 2)));
    if (!fits || !groups.every((one) => /^\d+$/.test(one))) throw new Unreadable("number");
    return groups.join("");
  }

  function parts(body, point, group) {
    const marks = [...body].filter((char) => ".,٫٬".includes(char));
    if (!marks.length) return [grouped(body, SPACES), ""];
    const last = marks.at(-1), times = marks.filter((mark) => mark === last).length;
    if (new Set(marks).size > 1) {
      if (times > 1) throw new Unreadable("number");
      const at = body.lastIndexOf(last);
      return [grouped(body.slice(0, at), SPACES + marks[0]), digits(body.slice(at + 1))];
    }
    if (times > 1) return [grouped(body, SPACES + last), ""];
    const [whole, fraction] = body.split(last);
    if (point.includes(last)) return [grouped(whole, SPACES), digits(fraction)];
    const looksGrouped = fraction.length === 3 && whole.length >= 1 && whole.length <= 3 && whole[0] !== "0";
    if (group.includes(last) && looksGrouped) return [whole + fraction, ""];
    if (looksGrouped) {
      throw new Unreadable("two_ways", { one: whole + fraction, other: whole + point[0] + (fraction.replace(/0+$/, "") || "0") });
    }
    return [grouped(whole, SPACES), digits(fraction)];
  }

  function read(text, language = "en") {
    try {
      const bare = latinDigits(text.normalize("NFC").trim().replace(/^[\u200e\u200f\u061c\u2066\u2069]+|[\u200e\u200f\u061c\u2066\u2069]+$/g, "").trim());
      if (!bare) return { number: null };
      const negative = MINUS.includes(bare[0]);
      const body = negative ? bare.slice(1).trim() : bare;
      const [point, group] = SEPARATORS[language.split("-")[0]] || SEPARATORS.en;
      if (!new RegExp(`^\\d[\\d.,٫٬${escaped(SPACES)}]*$`).test(body) || !/\d$/.test(body)) throw new Unreadable("number");
      const [whole, fraction] = parts(body, point, group);
      if (whole.replace(/^0+/, "").length + fraction.length > LONGEST) throw new Unreadable("long");
      const number = Number(fraction ? `${whole}.${fraction}` : whole);
      return { number: negative && number ? -number : number };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return { error: error.kind, ...error.more };
    }
  }

  scope.trellisNumbers = { read };
})(typeof window === "undefined" ? globalThis : window);
