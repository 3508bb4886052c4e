// The samples of the last minute, without holes, and what became of those that were missed.

const KEPT = 240;

const REASONS = {
  epoch: "the server has started anew",
  gap: "the server's history does not go back that far",
  limit: "they are too many to be sent again",
};

export class Samples {
  rows = []; // { offset, at, prices }, the oldest first

  #onchange;
  #ontold;
  #subscription;

  /** `onchange` when there are other rows, `ontold` with a sentence about what was missed. */
  constructor(client, onchange, ontold) {
    this.#onchange = onchange;
    this.#ontold = ontold;
    this.#subscription = client.subscribe("samples", {
      last: KEPT,
      onpublication: ({ data, offset }) => this.#put([...this.rows, { offset, ...data }]),
      onsubscribed: (event) => this.#begin(event),
    });
  }

  #begin({ recovered, why, replayed }) {
    if (why === "first") return; // those of the last minute follow by themselves
    if (recovered) {
      this.#ontold(`All ${replayed} samples that were missed have been recovered.`);
      return;
    }
    this.rows = []; // the newest that the server has follow by themselves, too
    const found = `Samples in its history: ${replayed}.`;
    this.#ontold(`Not recovered: ${REASONS[why] ?? why}. ${found}`);
  }

  #put(rows) {
    this.rows = rows.slice(-KEPT);
    this.#onchange();
  }
}
