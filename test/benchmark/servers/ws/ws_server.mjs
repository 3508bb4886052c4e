// npm's ws, used as its documentation shows: one send per client in a loop.

import { parseArgs } from "node:util";

import { WebSocket, WebSocketServer } from "ws";

const { values } = parseArgs({ options: { deflate: { type: "string", default: "off" } } });

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  backlog: 4096,
  perMessageDeflate: values.deflate === "on",
});

server.on("listening", () => console.log(server.address().port));
server.on("connection", (client) => {
  client.on("message", (data, isBinary) => {
    for (const other of server.clients) {
      if (other.readyState === WebSocket.OPEN) {
        other.send(data, { binary: isBinary });
      }
    }
  });
  client.on("error", () => client.terminate());
});
