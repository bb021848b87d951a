/** Chooses the partitions of records, as other Kafka clients do. */
import { crc32 } from 'node:zlib';
import type { Partitioner } from '../contract.ts';
import { chooseByKey, type Choose } from './outgoing-batch.ts';

export class RecordPartitioner {
  readonly #partitioner: Partitioner;
  /** By topic, for `round-robin`: the number of records that were distributed. */
  readonly #turns = new Map<string, number>();
  /** The partition of records without a key in the current `send`, before the remainder. */
  #sticky = Math.floor(Math.random() * 0x7fffffff);

  constructor(partitioner: Partitioner) {
    this.#partitioner = partitioner;
  }

  /** Must be called before each `send`: records without a key go to the next partition then. Returns the choice for the topics of this `send`. */
  next(): (topic: string, partitions: number) => Choose {
    const sticky = this.#sticky++;
    return (topic, partitions) => this.#choose(topic, partitions, sticky % partitions);
  }

  #choose(topic: string, partitions: number, sticky: number): Choose {
    switch (this.#partitioner) {
      case 'murmur2':
        return chooseByKey(partitions, sticky);
      case 'crc32':
        return ({ bytes, keyStart, keyLength }) =>
          keyLength <= 0 ? sticky : crc32(bytes.subarray(keyStart, keyStart + keyLength)) % partitions;
      case 'sticky':
        return () => sticky;
      case 'round-robin':
        return () => {
          const turn = this.#turns.get(topic) ?? sticky;
          this.#turns.set(topic, turn + 1);
          return turn % partitions;
        };
    }
  }
}
