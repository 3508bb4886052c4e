// What is in frames, and what becomes of errors.

export const isObject = (value) => value instanceof Object && !Array.isArray(value);
export const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
export const isRange = (value) =>
  isCount(value?.[0]) && isCount(value[1]) && value[0] <= value[1];
export const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
export const listOf = (value) => (Array.isArray(value) ? value : []);

/** JSON, with half surrogates replaced, as `WebSocket.send` does with those in texts. */
export function stringify(value) {
  return JSON.stringify(value)?.replace(/\\(?:(ud[89a-f]..)|.)/g, (all, half) => (half ? "\ufffd" : all));
}

/** Data as JSON; `what` it is for is named where it is none. */
export function toJSON(data, what) {
  try {
    const text = stringify(data);
    if (text) return text;
    throw new TypeError(`${typeof data} is no JSON`);
  } catch (cause) {
    throw new TypeError(`${what}: ${cause.message}`, { cause });
  }
}

/** A frame with data: JSON under `name`, or bytes under `b`. */
export function encode(frame, name, data, what) {
  let text;
  if (isBytes(data)) {
    const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset, data.byteLength);
    name = "b";
    text = `"${btoa(bytes.reduce((before, byte) => before + String.fromCharCode(byte), ""))}"`;
  } else {
    text = toJSON(data, what);
  }
  return `${stringify({ ...frame, [name]: 0 }).slice(0, -2)}${text}}`;
}

export function decode(frame, name) {
  if (typeof frame.b === "string") {
    return Uint8Array.from(atob(frame.b), (character) => character.charCodeAt());
  }
  return frame.s ?? frame[name];
}

/** What handlers get; `raw` is the text of the frame in which it came. */
export function publication(topic, item, skipped, raw) {
  return { topic, data: decode(item, "d"), offset: item.o, skipped, raw };
}

/** What a server without our protocol sends. */
export function decodeRaw(data) {
  if (typeof data !== "string") return new Uint8Array(data);
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

/** What the application is given for what the server said, or what we say ourselves. */
export function failure({ code, reason, retry_after: retryAfter }, topic) {
  const message = `${topic ? `${topic}: ` : ""}${reason} (${code})`;
  return Object.assign(new Error(message), { code, reason, retryAfter, topic });
}

export function report(error) {
  (globalThis.reportError ?? console.error)(error);
}

/** Calls a handler of the application; what it throws is its own affair. */
export function tell(target, handler, ...details) {
  try {
    target[handler]?.(...details);
  } catch (error) {
    report(error);
  }
}
