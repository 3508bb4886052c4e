// The exact text of a payload, for those who need more than what JavaScript makes of it: 2^53 + 1, or
// the text `123` beside the number.

/** The source of a member of an object, or of an element of an array; undefined: there is none. */
function cut(text, name) {
  let depth = 0;
  let count = 0;
  let start;
  let key;
  for (const { 0: token, index } of text.matchAll(/"([^"\\]+|\\.)*"|[[\]{},:]/g)) {
    const kind = "{[}],:".indexOf(token) >> 1; // 0 opens, 1 closes, 2 is between
    if (depth === 1 && kind > 0) {
      const part = text.slice(start, index).trim();
      start = index + 1;
      if (token === ":") key = JSON.parse(part);
      else if ((key ?? count++) === name) return part;
      else key = undefined;
    }
    if (kind === 0 && !depth++) start = index + 1;
    if (kind === 1) --depth;
  }
}

/**
 * The text that was published, of what `onpublication` or `history` gave, or `onmessage`:
 * `{ raw: its second argument }`. Undefined for bytes.
 */
export function payloadText({ raw, offset }) {
  let source = raw;
  let items = cut(cut(raw, "ok") ?? "", "items");
  for (let index = 0; items; ++index) {
    source = cut(items, index);
    if (!source || Number(cut(source, "o")) === offset) items = undefined;
  }
  const text = source && cut(source, "s");
  return text ? JSON.parse(text) : source && (cut(source, "d") ?? cut(source, "msg"));
}
