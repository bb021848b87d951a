import kafkajs from './plain-kafkajs.ts';
import { sleep } from './wait.ts';

const TRIES = 60;
const PAUSE_MS = 500;

/** Resolves when groups can be used. The first question about a group makes a new cluster create its topic of offsets and load it, which takes seconds. */
export async function groupsAreReady(servers: string): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    for (let left = TRIES; ; left--) {
      try {
        await admin.fetchOffsets({ groupId: 'first-of-the-cluster', topics: [] });
        return;
      } catch (error) {
        if (left === 0) throw error;
        await sleep(PAUSE_MS);
      }
    }
  } finally {
    await admin.disconnect();
  }
}
