// Prints the records of a topic: node read-topic.mjs SERVERS TOPIC [GROUP] [LIMIT]
import process from 'node:process';
import { openSource } from 'conduit-connector-kafka-wasm';

const [servers, topic, group = 'read-topic', limit = 'Infinity'] = process.argv.slice(2);
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());

const source = await openSource({
  settings: { servers, topics: topic, groupID: group, readFromBeginning: 'true' },
  signal: stopping.signal,
  log: (level, message) => level === 'error' && process.stderr.write(`${message}\n`),
});

let count = 0;
// A batch of records is acknowledged when the loop asks for the record after its last one. If the loop ends within a batch, the batch comes again.
for await (const { metadata, key, payload } of source.records()) {
  const after = payload.after instanceof Uint8Array ? new TextDecoder().decode(payload.after) : payload.after;
  process.stdout.write(`${JSON.stringify({ topic: metadata['opencdc.collection'], key: key && new TextDecoder().decode(key), after })}\n`);
  if (++count >= Number(limit)) break;
}
