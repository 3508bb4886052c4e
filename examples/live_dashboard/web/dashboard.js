// The page of the dashboard: a connection, the present prices, and the chart of the last minute.

import { connect } from "./broadcast_hub.js";
import { Cable } from "./cable.js";
import { Chart } from "./chart.js";
import { Samples } from "./samples.js";

const SYMBOLS = ["ACME", "GLOBEX", "INITECH"];

const byId = (id) => document.getElementById(id);
const cable = new Cable();
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const client = connect(`${scheme}//${location.host}/`, {
  WebSocket: cable.WebSocket,
  onstate: showState,
});

let last = { state: "connecting" }; // what the client told

function showState(event) {
  last = event;
  const { state, code, reason, delay } = event;
  const words = {
    connecting: "Connecting…",
    open: "Live",
    waiting: cable.isCut ? "Cut" : `Connection lost, next try in ${Math.ceil(delay / 1000)} s`,
    closed: `Not connected: ${reason || code}`,
  };
  // While the cable is cut, the client's attempts are of no interest.
  const shown = cable.isCut && state === "connecting" ? "waiting" : state;
  // A connection may outlive its network for a while, but nothing comes through.
  const isStale = shown === "open" && !navigator.onLine;
  byId("state").textContent = isStale ? "No network" : words[shown];
  byId("state").dataset.state = document.body.dataset.state = isStale ? "waiting" : shown;
}

for (const change of ["online", "offline"]) {
  addEventListener(change, () => showState(last));
}

const prices = SYMBOLS.map((symbol, index) => {
  const tile = document.createElement("li");
  tile.className = `card price symbol-${index + 1}`;
  const [name, value] = ["span", "strong"].map((tag) => document.createElement(tag));
  name.textContent = symbol;
  value.textContent = "–";
  tile.append(name, value);
  byId("prices").append(tile);
  let last;
  return client.subscribe(`price.${symbol}`, {
    last: 1,
    onpublication({ data }) {
      value.textContent = data.toFixed(2);
      if (data !== last) tile.dataset.moved = data > last ? "up" : "down";
      last = data;
    },
  });
});

const chart = new Chart(byId("chart"), SYMBOLS);
const samples = new Samples(client, draw, (sentence) => {
  byId("recovered").textContent = sentence;
});

function draw() {
  byId("count").textContent = samples.rows.length;
  byId("newest").textContent = samples.rows.at(-1)?.offset ?? 0;
  chart.show(samples.rows);
}

byId("cut").onclick = () => switchTo(true);
byId("go-on").onclick = () => switchTo(false);

function switchTo(cut) {
  if (cut) cable.cut();
  else cable.mend();
  byId("cut").disabled = cut;
  byId("go-on").disabled = !cut;
  byId(cut ? "go-on" : "cut").focus();
}

// For a look from the console of the browser.
globalThis.dashboard = { client, prices, samples };
