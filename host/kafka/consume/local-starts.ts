/** The offsets at which the partitions of a consumer without a group start: those that its local group has, so none must be committed or sought. */
import type { Lookups } from '../client.ts';
import type { LocalGroup } from '../local-group.ts';
import type { Start } from './start-offsets.ts';

export class LocalStarts {
  readonly #group: LocalGroup;

  constructor(group: LocalGroup) {
    this.#group = group;
  }

  of(_lookups: Pick<Lookups, 'committedOffsets' | 'ranges'>, assignment: Readonly<Record<string, readonly number[]>>): Promise<Start[]> {
    const starts = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition, committed: this.#group.committed(topic, partition), start: null })),
    );
    return Promise.resolve(starts);
  }

  applied(): void {}
}
