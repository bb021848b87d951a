// When a source commits: commitOffsetsSize, commitOffsetsDelay.
import { Parameter, duration, int } from './parameter';
import { Values } from './values';

export function commitParameters(): Parameter[] {
  return [
    int(
      'commitOffsetsSize',
      '1000',
      'Number of acknowledged records after which the source commits its offsets. 0 and 1 commit with every acknowledgement.',
    ).greaterThan('-1'),
    duration(
      'commitOffsetsDelay',
      '5s',
      'Longest time from an acknowledgement to the commit of its offset, for topics too quiet to fill commitOffsetsSize. 0 or less: no commit by time.',
    ),
  ];
}

/** Reads the settings, which must be valid. A larger number than i32 holds is cut: there are never more pending acknowledgements. */
export function parseCommitSize(values: Values): i32 {
  return <i32>min<i64>(values.integer('commitOffsetsSize'), i32.MAX_VALUE);
}
