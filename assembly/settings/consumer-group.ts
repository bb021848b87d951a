// The consumer group of a source, and where its partitions start: groupID, readFromBeginning, retryGroupJoinErrors.
import { Parameter, boolean, text } from './parameter';

export function consumerGroupParameters(): Parameter[] {
  return [
    text(
      'groupID',
      '',
      'Consumer group that the source joins; its members share the partitions, and it holds the committed offsets. ' +
        'When empty, the source makes up a name on its first start and keeps it in its position.',
    ),
    boolean(
      'readFromBeginning',
      'false',
      'Where a partition starts that has neither a committed offset nor a position: true at its oldest record, false behind its newest one, ' +
        'so that only records are read that are written later. Has no effect afterwards.',
    ),
    boolean(
      'retryGroupJoinErrors',
      'true',
      'Accepted for configurations of the official connector. This connector retries every transient error of the consumer group, whatever the value.',
    ),
  ];
}
