// An echo backend by npm `ws`, with the commands of tests/e2e/harness/backend.py:
// ws_backend.cjs NAME. Prints the port that it listens on.
'use strict';
const { WebSocketServer } = require('ws');

const name = process.argv[2];
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  maxPayload: 0,
  perMessageDeflate: process.env.DEFLATE === '1' ? { threshold: 0 } : false,
  handleProtocols: (offered) => offered.values().next().value,
});

server.on('connection', (socket, request) => {
  let raw = 0;
  request.socket.on('data', (chunk) => { raw += chunk.length; });
  socket.on('error', () => {});
  socket.on('message', (data, isBinary) => {
    const command = isBinary ? '' : String(data);
    if (command === '!whoami') {
      socket.send(JSON.stringify({ backend: name, path: request.url, headers: request.headers }));
    } else if (command === '!raw') {
      socket.send(String(raw));
    } else if (command.startsWith('!ping ')) {
      socket.once('pong', () => socket.send('!ponged'));
      socket.ping(command.slice(6));
    } else if (command.startsWith('!close ')) {
      const [code, ...reason] = command.slice(7).split(' ');
      socket.close(Number(code), reason.join(' '));
    } else {
      socket.send(data, { binary: isBinary });
    }
  });
});
server.on('listening', () => console.log(server.address().port));
process.on('SIGTERM', () => process.exit(0));
