// Positions: where a source goes on.

/** What a position says. `topic` is empty and `offset` -1 where it names a group only. */
export class Position {
  group: string = '';
  topic: string = '';
  partition: i32 = 0;
  offset: i64 = -1;
}

/** A position, or none (the connector starts anew), or why the bytes are no position. */
export class PositionResult {
  constructor(
    readonly value: Position | null,
    /** Empty: nothing is wrong. */
    readonly error: string = '',
  ) {}
}
