// The MQTT broker aedes behind npm `ws`. Prints its port.
'use strict';
const { Aedes } = require('aedes');
const { WebSocketServer, createWebSocketStream } = require('ws');

(async () => {
  const broker = await Aedes.createBroker();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'mqtt' });
  server.on('connection', (socket, request) =>
    broker.handle(createWebSocketStream(socket), request));
  server.on('listening', () => console.log(server.address().port));
  process.on('SIGTERM', () => process.exit(0));
})();
