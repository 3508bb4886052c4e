// The exact text of a payload, for those who need more than what JavaScript makes of it: 2^53 + 1, or
// the text `123` beside the number.

/** Name and source of each member of an object, or of each element of an array; in one pass. */
function* parts(text) {
  let depth = 0;
  let count = 0;
  let start;
  let key;
  for (const { 0: token, index } of text.matchAll(/"([^"\\]+|\\.)*"|[[\]{},:]/g)) {
    const kind = "{[}],:".indexOf(token) >> 1; // 0 opens, 1 closes, 2 is between
    if (depth === 1 && kind > 0) {
      const part = text.slice(start, index).trim();
      start = index + 1;
      if (token === ":") {
        key = JSON.parse(part);
      } else {
        yield [key ?? count++, part];
        key = undefined;
      }
    }
    if (kind === 0 && !depth++) start = index + 1;
    if (kind === 1) --depth;
  }
}

function cut(text, name) {
  for (const [key, part] of parts(text)) if (key === name) return part;
}

// The last history that was asked about, since who wants one text of it mostly wants all.
let history = { raw: undefined, items: undefined };

/** The items of a history by their offsets; undefined when the frame is none. */
function itemsOf(raw) {
  if (history.raw !== raw) {
    const source = cut(cut(raw, "ok") ?? "", "items");
    const items = source && new Map([...parts(source)].map(([, item]) => [+cut(item, "o"), item]));
    history = { raw, items };
  }
  return history.items;
}

/**
 * The text that was published, of what `onpublication` or `history` gave, or `onmessage`:
 * `{ raw: its second argument }`. Undefined for bytes.
 */
export function payloadText({ raw, offset }) {
  if (typeof raw !== "string") return undefined; // bytes of a server without the protocol
  const items = itemsOf(raw);
  const source = items ? items.get(offset) : raw;
  const text = source && cut(source, "s");
  return text ? JSON.parse(text) : source && (cut(source, "d") ?? cut(source, "msg"));
}
