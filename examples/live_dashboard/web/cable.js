// A cable to the server that can be cut: what `connect` takes as its WebSocket class.

export class Cable {
  isCut = false;
  #socket;

  /** `new cable.WebSocket(url)` is a real one, or one that fails while the cable is cut. */
  WebSocket = ((cable) =>
    class {
      constructor(url, protocols) {
        if (!cable.isCut) return (cable.#socket = new WebSocket(url, protocols));
        setTimeout(() => this.onclose?.({ code: 1006, reason: "the cable is cut" }));
      }

      close() {}
    })(this);

  cut() {
    this.isCut = true;
    this.#socket?.close(4000, "cut by the user"); // a code after which a client comes back
  }

  mend() {
    this.isCut = false;
    // What the browser says when the network is back; the client then does not wait any longer.
    dispatchEvent(new Event("online"));
  }
}
