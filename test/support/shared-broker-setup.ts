import { writeSync } from 'node:fs';
import { groupsAreReady } from './group-coordinator.ts';
import { SHARED_BROKER, startBroker, type Broker, type BrokerAddresses } from './broker.ts';

interface Shared {
  users: number;
  broker: Promise<Broker>;
}

// Every project of a run loads this module anew, so what they share hangs on the process.
const KEY = Symbol.for('conduit-connector-kafka-wasm.shared-broker');
const store = globalThis as { [KEY]?: Shared };

/** vitest's global set-up of each project that needs a broker: the first one starts it, the last one to finish ends it. */
export async function setup(): Promise<void> {
  const shared = (store[KEY] ??= { users: 0, broker: readyBroker().catch(endRun) });
  shared.users++;
  // The functions are left out.
  const addresses = JSON.parse(JSON.stringify(await shared.broker)) as BrokerAddresses;
  process.env[SHARED_BROKER] = JSON.stringify(addresses);
  // Private brokers of single tests come the same way, without another search.
  process.env['KAFKA_PROVIDER'] = addresses.kind;
}

export async function teardown(): Promise<void> {
  const shared = store[KEY];
  if (!shared || --shared.users > 0) return;
  delete store[KEY];
  await (await shared.broker).close();
}

async function readyBroker(): Promise<Broker> {
  const broker = await startBroker();
  await groupsAreReady(broker.servers);
  return broker;
}

/** vitest would show the stack trace of a machine that has no Kafka. */
function endRun(error: Error): never {
  writeSync(2, `${error.message}\n`);
  process.exit(1);
}
