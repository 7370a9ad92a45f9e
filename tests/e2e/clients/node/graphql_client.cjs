// The client of graphql-ws, over npm `ws`: graphql_client.cjs URL
'use strict';
const assert = require('node:assert/strict');
const { createClient } = require('graphql-ws');
const WebSocket = require('ws');

const client = createClient({ url: process.argv[2], webSocketImpl: WebSocket, retryAttempts: 0 });

async function items(query) {
  const found = [];
  for await (const item of client.iterate({ query })) found.push(item.data);
  return found;
}

(async () => {
  assert.deepEqual(await items('{ greeting }'), [{ greeting: 'hello' }]);
  assert.deepEqual(await items('subscription { countdown }'),
    [{ countdown: 3 }, { countdown: 2 }, { countdown: 1 }]);
  await client.dispose();
  console.log(JSON.stringify({ steps: ['query', 'subscription'] }));
})().catch((error) => { console.error(error); process.exit(1); });
