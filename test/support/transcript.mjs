// The transcripts of docs/reference/protocol_transcripts, as lists of steps.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(
  new URL("../../docs/reference/protocol_transcripts/", import.meta.url)
);

const WHO = ["net", "server", "client", "app", "told", "other"];

function readStep(line, place) {
  const [, time, who, what] = line.match(/^(\d+) (\w+) (.+)$/) ?? [];
  if (!WHO.includes(who)) throw new Error(`${place}: not a step: ${line}`);
  return { place, time: Number(time), who, what };
}

/** Those to be replayed against "client" or "hub": `{ name, steps }`. */
export function transcriptsFor(whom) {
  const all = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => {
      const lines = readFileSync(join(FOLDER, name), "utf8").trimEnd().split("\n");
      const [, peers] = lines[0].match(/^# replay: ([a-z ]+)$/) ?? [];
      if (!peers) throw new Error(`${name}:1: the first line must say "# replay: ..."`);
      const steps = lines.flatMap((line, index) =>
        line.startsWith("#") ? [] : [readStep(line, `${name}:${index + 1}`)]
      );
      return { name, peers: peers.split(" "), steps };
    });
  return all.filter(({ peers }) => peers.includes(whom));
}

const isObject = (value) => value instanceof Object && !Array.isArray(value);

/** What the strings with a `$` stand for, and which of the client's numbers is which. */
export class Values {
  #known = new Map();

  #bind(name, value) {
    if (!this.#known.has(name)) this.#known.set(name, value);
    return this.#known.get(name) === value;
  }

  /** Whether `actual` is what the transcript has. If not, nothing is learnt from it. */
  matches(expected, actual) {
    const before = new Map(this.#known);
    const isIt = this.#same(expected, actual);
    if (!isIt) this.#known = before;
    return isIt;
  }

  #same(expected, actual) {
    if (typeof expected === "string" && expected.startsWith("$")) {
      return typeof actual === "string" && this.#bind(expected, actual);
    }
    if (Array.isArray(expected)) {
      return (
        Array.isArray(actual) &&
        expected.length === actual.length &&
        expected.every((each, index) => this.#same(each, actual[index]))
      );
    }
    if (!isObject(expected)) return expected === actual;
    return isObject(actual) && this.#membersMatch(expected, actual);
  }

  #membersMatch(expected, actual) {
    if (isObject(expected.hello)) {
      const members = Object.keys(expected.hello);
      return isObject(actual.hello) && members.every((name) => name in actual.hello);
    }
    const names = Object.keys(expected);
    return (
      names.length === Object.keys(actual).length &&
      names.every((name) =>
        name === "id"
          ? this.#bind(`id ${expected.id}`, actual.id)
          : this.#same(expected[name], actual[name])
      )
    );
  }

  /** The transcript's frame with what is known of its values. */
  fill(frame) {
    if (typeof frame === "string") return frame.startsWith("$") ? this.#value(frame) : frame;
    if (Array.isArray(frame)) return frame.map((each) => this.fill(each));
    if (!isObject(frame)) return frame;
    return Object.fromEntries(
      Object.entries(frame).map(([name, value]) => [
        name,
        name === "id" ? (this.#known.get(`id ${value}`) ?? value) : this.fill(value),
      ])
    );
  }

  /** A value of our own for one that nobody has chosen yet. */
  #value(name) {
    if (!this.#known.has(name)) this.#known.set(name, name.slice(1).toLowerCase());
    return this.#known.get(name);
  }
}
