import assert from "node:assert/strict";

/** A class of WebSockets whose other end is the test; `made` lists them. */
export function fakeSockets() {
  return class FakeSocket {
    static made = [];

    readyState = 0;
    protocol = "";
    sent = [];
    closes = [];

    constructor(url, protocols) {
      this.url = url;
      this.protocols = protocols;
      this.constructor.made.push(this);
    }

    send(data) {
      assert.equal(this.readyState, 1, "a socket is used while it is not open");
      this.sent.push(data);
    }

    close(code, reason) {
      if (this.readyState > 1) return;
      this.readyState = 2;
      this.closes.push([code, reason]);
    }

    // What the other end and the network do.

    open(protocol = "bhub.v1") {
      this.readyState = 1;
      this.protocol = protocol;
      this.onopen({});
    }

    deliver(data) {
      this.onmessage({ data });
    }

    end(code = 1006, reason = "") {
      this.readyState = 3;
      this.onerror({});
      this.onclose({ code, reason });
    }

    /** The frames sent since the last call, read. */
    takeFrames() {
      return this.sent.splice(0).map((text) => JSON.parse(text));
    }
  };
}
