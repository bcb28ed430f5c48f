// Loaded before MDN's scanner: what it asks of ports 80 and 443 goes to the two ports of the site under test.
import net from "node:net";

const ports = { 80: process.env.HTTP_PORT, 443: process.env.HTTPS_PORT };
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  const port = ports[options?.port];
  if (!port) throw new Error(`nothing else is asked: ${JSON.stringify(options)}`);
  Object.assign(options, { host: "127.0.0.1", port, path: undefined });
  return connect.apply(this, given);
};
