// graphql-ws: a query, and a subscription of three items. Prints its port.
'use strict';
const { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } = require('graphql');
const { useServer } = require('graphql-ws/use/ws');
const { WebSocketServer } = require('ws');

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query', fields: { greeting: { type: GraphQLString, resolve: () => 'hello' } },
  }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      countdown: {
        type: GraphQLInt,
        subscribe: async function* () { for (const countdown of [3, 2, 1]) yield { countdown }; },
      },
    },
  }),
});
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
useServer({ schema }, server);
server.on('listening', () => console.log(server.address().port));
process.on('SIGTERM', () => process.exit(0));
