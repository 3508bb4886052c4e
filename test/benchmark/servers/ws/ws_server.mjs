// npm's ws, used as its documentation shows: one send per client in a loop.

import { WebSocket, WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });

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
