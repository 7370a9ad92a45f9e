// mqtt.js over WebSocket: subscribes, publishes with QoS 1, expects its own messages back.
//     mqtt_client.cjs URL PROTOCOL_VERSION
'use strict';
const assert = require('node:assert/strict');
const mqtt = require('mqtt');

const [url, version] = process.argv.slice(2);
const COUNT = 20;

(async () => {
  const client = await mqtt.connectAsync(url, {
    protocolVersion: Number(version), reconnectPeriod: 0, connectTimeout: 20_000,
  });
  const received = [];
  const all = new Promise((resolve) => client.on('message', (topic, payload) => {
    received.push(`${topic} ${payload}`);
    if (received.length === COUNT) resolve();
  }));
  await client.subscribeAsync('rooms/+', { qos: 1 });
  const expected = [];
  for (let i = 0; i < COUNT; ++i) {
    await client.publishAsync('rooms/one', `message ${i} ${'x'.repeat(i * 100)}`, { qos: 1 });
    expected.push(`rooms/one message ${i} ${'x'.repeat(i * 100)}`);
  }
  await all;
  assert.deepEqual(received, expected);
  assert.equal(client.stream.socket?.protocol ?? 'mqtt', 'mqtt');
  await client.endAsync();
  console.log(JSON.stringify({ steps: ['subscribed', `received ${received.length}`] }));
})().catch((error) => { console.error(error); process.exit(1); });
