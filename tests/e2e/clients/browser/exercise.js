// The exercise of tests/e2e/harness/exercise.py in a page: exercise(url) → steps. A page can send
// no ping; it answers the backend's.
async function exercise(url) {
  const steps = [];
  const next = (socket, event) => new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('socket failed')), { once: true });
    socket.addEventListener(event, resolve, { once: true });
  });
  const open = async () => {
    const socket = new WebSocket(url, ['echo.v1', 'other']);
    socket.binaryType = 'arraybuffer';
    await next(socket, 'open');
    return socket;
  };
  const pattern = (size) =>
    Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);
  const same = (a, b) => {
    if (typeof a === 'string' || typeof b === 'string') return a === b;
    const [x, y] = [new Uint8Array(a), new Uint8Array(b)];
    return x.length === y.length && x.every((byte, i) => byte === y[i]);
  };
  const echo = async (socket, sent) => {
    const answer = next(socket, 'message');
    socket.send(sent);
    if (!same((await answer).data, sent)) throw new Error(`echo of ${sent.length} differs`);
  };

  const socket = await open();
  if (socket.protocol !== 'echo.v1') throw new Error(`subprotocol ${socket.protocol}`);
  steps.push('subprotocol');
  for (const text of ['hello', 'grüße, 世界 🚀', '']) await echo(socket, text);
  steps.push('text');
  for (const size of [256, 0, 125, 126, 65535, 65536]) await echo(socket, pattern(size));
  steps.push('binary');
  await echo(socket, pattern(1 << 20));
  await echo(socket, 'x'.repeat(1 << 20));
  steps.push('megabyte');
  const ponged = next(socket, 'message');
  socket.send('!ping from-the-backend');
  if ((await ponged).data !== '!ponged') throw new Error('no pong');
  steps.push('backend-ping');
  let closed = next(socket, 'close');
  socket.close(4001, 'client is done');
  let { code, reason, wasClean } = await closed;
  if (code !== 4001 || !wasClean) throw new Error(`closed as ${code} ${reason}`);
  steps.push('client-close');

  const other = await open();
  closed = next(other, 'close');
  other.send('!close 4002 backend is done');
  ({ code, reason, wasClean } = await closed);
  if (code !== 4002 || reason !== 'backend is done' || !wasClean) {
    throw new Error(`closed as ${code} ${reason}`);
  }
  steps.push('backend-close');
  return steps;
}
