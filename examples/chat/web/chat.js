// The page of the chat: who we are, which room is open, and what it looks like.

import { connect } from "./broadcast_hub.js";
import { Room } from "./room.js";

const byId = (id) => document.getElementById(id);
const rooms = new Map();
let me; // as the server knows us: the name as it stands in an address
let client;
let shown; // the open room
let last; // what we heard of the connection

const toUser = (name) => encodeURIComponent(name.trim());

function toName(user) {
  try {
    return decodeURIComponent(user);
  } catch {
    return user; // somebody else's idea of a name
  }
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function showState(event) {
  last = event;
  const { state, code, reason, delay } = event;
  const words = {
    connecting: "Connecting…",
    open: "Connected",
    waiting: `Connection lost, next try in ${Math.ceil(delay / 1000)} s`,
    closed: `Not connected: ${reason || code}`,
  };
  // A connection may outlive its network for a while, but nothing comes through.
  const isStale = state === "open" && !navigator.onLine;
  byId("state").dataset.state = isStale ? "waiting" : state;
  byId("state").textContent = isStale ? "No network" : words[state];
}

for (const change of ["online", "offline"]) {
  addEventListener(change, () => last && showState(last));
}

function enter(name) {
  me = toUser(name);
  byId("enter").hidden = true;
  byId("chat").hidden = byId("state").hidden = false;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  client = connect(`${scheme}//${location.host}/?${me}`, {
    onstate: showState,
    onmessage: (message) => message.rooms.forEach(addRoom),
  });
}

/** The server says which rooms there are whenever we come. */
function addRoom(name) {
  if (rooms.has(name)) return;
  const room = new Room(client, me, name, drawLater);
  const item = document.createElement("li");
  room.button = element("button", "room", `# ${name}`);
  room.badge = element("span", "badge", "");
  room.button.append(room.badge);
  room.button.onclick = () => open(room);
  item.append(room.button);
  byId("rooms").append(item);
  rooms.set(name, room);
  if (!shown) open(room);
}

function open(room) {
  if (shown) shown.isOpen = false;
  shown = room;
  shown.isOpen = true;
  shown.unread = 0;
  drawLater();
  byId("text").focus();
}

let isDrawing = false;
function drawLater() {
  if (isDrawing) return;
  isDrawing = true;
  // No animation frame: there are none while the page is in the background.
  setTimeout(() => {
    isDrawing = false;
    draw();
  });
}

function draw() {
  for (const { button, badge, unread, isOpen } of rooms.values()) {
    button.setAttribute("aria-current", isOpen);
    badge.hidden = unread === 0;
    badge.textContent = unread;
    badge.setAttribute("aria-label", `${unread} unread`);
  }
  byId("title").textContent = `# ${shown.name}`;
  place(byId("lines"), shown.lines.map((line) => (line.element ??= drawLine(line))));
  byId("people").replaceChildren(
    ...[...shown.people].sort().map((user) => element("li", user === me ? "me" : "", toName(user))),
  );
}

/** What is there already stays, so that only what is new is read aloud. */
function place(parent, children) {
  children.forEach((child, index) => {
    const there = parent.children[index];
    if (there !== child) parent.insertBefore(child, there ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild.remove();
}

function drawLine({ note, from, text, at, isPending }) {
  if (note) return element("li", "note", note);
  const line = element("li", `line${from === me ? " mine" : ""}${isPending ? " pending" : ""}`, "");
  const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  line.append(
    element("strong", "", toName(from)),
    element("time", "", isPending ? "being sent…" : time),
    element("span", "text", text),
  );
  return line;
}

byId("enter").onsubmit = (event) => {
  event.preventDefault();
  if (byId("name").value.trim()) enter(byId("name").value);
};

byId("say").onsubmit = (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (text && shown) shown.say(text);
  byId("text").value = "";
};

// For whoever tries it with several windows: /?Ann is the same as typing the name.
if (location.search.length > 1) enter(toName(location.search.slice(1)));
