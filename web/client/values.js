// What is in frames, and what becomes of errors.

export const isObject = (value) => value instanceof Object && !Array.isArray(value);
export const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
export const isRange = (value) =>
  isCount(value?.[0]) && isCount(value[1]) && value[0] <= value[1];
export const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
export const listOf = (value) => (Array.isArray(value) ? value : []);

/** Data as members of a frame: JSON under `name`, bytes under `b`. */
export function encode(name, data) {
  if (!isBytes(data)) return { [name]: data };
  const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset, data.byteLength);
  return { b: btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), "")) };
}

export function decode(frame, name) {
  if (typeof frame.b === "string") {
    return Uint8Array.from(atob(frame.b), (character) => character.charCodeAt());
  }
  return frame.s ?? frame[name];
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
export function failure({ code, reason, retry_after: retryAfter }) {
  return Object.assign(new Error(`${reason} (${code})`), { code, reason, retryAfter });
}

export function report(error) {
  (globalThis.reportError ?? console.error)(error);
}

/** Calls a handler of the application; what it throws is its own affair. */
export function tell(target, handler, event) {
  try {
    target[handler]?.(event);
  } catch (error) {
    report(error);
  }
}
