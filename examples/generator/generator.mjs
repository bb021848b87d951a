// Runs a component that does not use Kafka: its source makes records up, its destination collects them.
// node generator.mjs FOLDER [RECORDS]     FOLDER is the output of the build of examples/guests/generator; it holds manifest.json
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { componentOfFolder, openDestination, openSource, specify, standardCapabilities } from 'conduit-connector-kafka-wasm';

const [folder, records = '10'] = process.argv.slice(2);
const component = await componentOfFolder(pathToFileURL(`${path.resolve(folder)}/`));
const options = {
  component,
  // The component may use a log, a clock and randomness. It is refused if it imports anything else, for example Kafka.
  capabilities: (_secrets, log, limits) => standardCapabilities(log, limits),
  // In a worker, a guest that does not return is ended at its deadline and replaced. The default is `inline`: faster, for guests that you trust.
  placement: 'worker',
  log: (level, message, fields) => process.stderr.write(`${level} ${message} ${JSON.stringify(fields ?? {})}\n`),
};

const { name, summary, sourceParams } = await specify(options);
process.stdout.write(`${name}: ${summary}. Settings of its source: ${sourceParams.map((param) => param.name).join(', ')}\n`);

await using source = await openSource({ ...options, settings: { records } });
await using destination = await openDestination({ ...options, settings: { refuse: '3' } });
let count = 0;
for await (const batch of source) {
  const outcomes = await destination.write(batch.records);
  for (const [i, { key }] of batch.records.entries())
    process.stdout.write(`${new TextDecoder().decode(key)}: ${outcomes[i] ?? 'written'}\n`);
  // A batch that is not acknowledged is read again after a restart. This example does not want refused records again, and acknowledges them too.
  batch.ack();
  if ((count += batch.records.length) >= Number(records)) break;
}
