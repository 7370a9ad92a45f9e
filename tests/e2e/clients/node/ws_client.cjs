// The exercise of tests/e2e/harness/exercise.py, done by npm `ws`: ws_client.cjs URL
'use strict';
const assert = require('node:assert/strict');
const WebSocket = require('ws');

const url = process.argv[2];
const ca = process.env.EXERCISE_CA && require('node:fs').readFileSync(process.env.EXERCISE_CA);

function open() {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ['echo.v1', 'other'], { ca });
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

function once(socket, event) {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, (...values) => resolve(values));
  });
}

async function echo(socket, sent) {
  const answer = once(socket, 'message');
  socket.send(sent);
  const [received, isBinary] = await answer;
  assert.equal(isBinary, typeof sent !== 'string');
  assert.deepEqual(received, Buffer.from(sent));
}

function pattern(size) {
  return Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255));
}

async function messagesAndPings(steps) {
  const socket = await open();
  assert.equal(socket.protocol, 'echo.v1');
  steps.push('subprotocol');
  for (const text of ['hello', 'grüße, 世界 🚀', '']) await echo(socket, text);
  steps.push('text');
  for (const size of [256, 0, 125, 126, 65535, 65536]) await echo(socket, pattern(size));
  steps.push('binary');
  await echo(socket, pattern(1 << 20));
  await echo(socket, 'x'.repeat(1 << 20));
  steps.push('megabyte');
  const pong = once(socket, 'pong');
  socket.ping('are you there');
  assert.equal(String((await pong)[0]), 'are you there');
  steps.push('client-ping');
  const ping = once(socket, 'ping');
  const ponged = once(socket, 'message');
  socket.send('!ping from-the-backend');
  assert.equal(String((await ping)[0]), 'from-the-backend');
  assert.equal(String((await ponged)[0]), '!ponged');
  steps.push('backend-ping');
  const closed = once(socket, 'close');
  socket.close(4001, 'client is done');
  assert.equal((await closed)[0], 4001);
  steps.push('client-close');
}

async function backendCloses(steps) {
  const socket = await open();
  const closed = once(socket, 'close');
  socket.send('!close 4002 backend is done');
  const [code, reason] = await closed;
  assert.deepEqual([code, String(reason)], [4002, 'backend is done']);
  steps.push('backend-close');
}

(async () => {
  const steps = [];
  await messagesAndPings(steps);
  await backendCloses(steps);
  console.log(JSON.stringify({ steps }));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
