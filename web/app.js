"use strict";

const DEFAULT_PORT = 8081;
const MAX_ENTRIES = 500;

const STATES = {
  connecting: "Connecting…",
  open: "Open",
  closing: "Closing…",
  closed: "Closed",
};

// The mark and the label tell entries apart without colour. Marks are hidden from screen readers.
const KINDS = {
  opened: { label: "Opened", mark: "●" },
  sent: { label: "Sent", mark: "↑" },
  received: { label: "Received", mark: "↓" },
  closed: { label: "Closed", mark: "✕" },
};

const CODES = {
  1000: "normal",
  1001: "going away",
  1005: "no code given",
  1006: "no close frame: unreachable, refused or lost",
  1009: "message too big",
  1011: "server error",
  4000: "idle",
  4008: "too slow",
};

const page = {
  state: document.getElementById("state"),
  address: document.getElementById("address"),
  notice: document.getElementById("notice"),
  send: document.getElementById("send"),
  close: document.getElementById("close"),
  reconnect: document.getElementById("reconnect"),
  entries: document.getElementById("entries"),
};

let socket = null;
let closeAsked = false;

/** The WebSocket port: 8081 unless the page's address says ?ws=PORT. */
function portFromAddress() {
  const asked = new URLSearchParams(location.search).get("ws");
  if (asked === null) return DEFAULT_PORT;
  const port = Number(asked);
  if (/^[0-9]{1,5}$/.test(asked) && port >= 1 && port <= 65535) return port;
  page.notice.textContent =
    `This page's address says ?ws=${asked.slice(0, 40)}, which is not a port from 1 to 65535. ` +
    `Using ${DEFAULT_PORT} instead.`;
  page.notice.hidden = false;
  return DEFAULT_PORT;
}

function timeOfDay(date) {
  const two = (number) => String(number).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function addEntry(kind, text) {
  const now = new Date();
  const time = element("time", "", timeOfDay(now));
  time.dateTime = now.toISOString();
  // Read aloud, a time before each line would drown what happened.
  time.setAttribute("aria-hidden", "true");

  const mark = element("span", "mark", KINDS[kind].mark);
  mark.setAttribute("aria-hidden", "true");
  const label = element("span", "kind", "");
  label.append(mark, element("span", "label", KINDS[kind].label));

  const entry = element("li", `entry ${kind}`, "");
  entry.append(time, label, element("code", "text", text));

  page.entries.append(entry);
  while (page.entries.childElementCount > MAX_ENTRIES) page.entries.firstElementChild.remove();
}

function allow(button, allowed) {
  button.setAttribute("aria-disabled", String(!allowed));
}

function isAllowed(button) {
  return button.getAttribute("aria-disabled") !== "true";
}

// Buttons keep the focus while they cannot be used (aria-disabled, not disabled), so a keyboard
// user is never thrown back to the top of the page.
function showState(name) {
  if (page.state.dataset.state !== name) {
    page.state.dataset.state = name;
    page.state.textContent = STATES[name];
  }
  allow(page.send, name === "open");
  allow(page.close, name === "open" || name === "connecting");

  const hadFocus = document.activeElement === page.reconnect;
  page.reconnect.hidden = name !== "closed";
  if (hadFocus && page.reconnect.hidden) page.send.focus();
  if (name === "closed" && closeAsked && document.activeElement === page.close) {
    page.reconnect.focus();
  }
}

function send(over, message) {
  const text = JSON.stringify({ message });
  over.send(text);
  addEntry("sent", text);
}

function describeClose(event) {
  const name = CODES[event.code] ? ` (${CODES[event.code]})` : "";
  const reason = event.reason ? `, reason “${event.reason}”` : "";
  return `code ${event.code}${name}${reason}${event.wasClean ? ", clean" : ", not clean"}`;
}

function connect() {
  closeAsked = false;
  const opening = new WebSocket(serverAddress);
  opening.binaryType = "arraybuffer";
  socket = opening;
  showState("connecting");

  // An older socket may still be closing when a new one opens: the state is that of the newest.
  const show = (state) => {
    if (opening === socket) showState(state);
  };
  opening.addEventListener("open", () => {
    addEntry("opened", serverAddress);
    show("open");
    send(opening, "Hello");
  });
  opening.addEventListener("message", (event) => {
    const isText = typeof event.data === "string";
    addEntry("received", isText ? event.data : `binary, ${event.data.byteLength} bytes`);
  });
  opening.addEventListener("close", (event) => {
    addEntry("closed", describeClose(event));
    show("closed");
  });
}

function isLive() {
  return socket.readyState === WebSocket.CONNECTING || socket.readyState === WebSocket.OPEN;
}

const serverAddress = `ws://${location.hostname || "localhost"}:${portFromAddress()}/`;
page.address.textContent = serverAddress;

page.send.addEventListener("click", () => {
  if (isAllowed(page.send) && socket.readyState === WebSocket.OPEN) send(socket, "Hey");
});

page.close.addEventListener("click", () => {
  if (!isAllowed(page.close)) return;
  closeAsked = true;
  showState("closing");
  socket.close(1000, "closed by the user");
});

page.reconnect.addEventListener("click", () => {
  if (!isLive()) connect();
});

// A page that is closed ends its connection by itself (the browser sends 1001). One that the
// browser keeps for the Back button must do it here, and starts again when it is shown.
addEventListener("pagehide", (event) => {
  if (event.persisted && isLive()) socket.close(1000, "page left");
});
addEventListener("pageshow", (event) => {
  if (event.persisted && !isLive()) connect();
});

connect();
