// Positions from which a source resumes.

/** The content of a position. If it names only a group, `topic` is empty and `offset` is -1. */
export class Position {
  group: string = '';
  topic: string = '';
  partition: i32 = 0;
  offset: i64 = -1;
}

/** A position, or null if there is none (the connector starts for the first time), or the error for bytes that are no position. */
export class PositionResult {
  constructor(
    readonly value: Position | null,
    /** Empty if there is no error. */
    readonly error: string = '',
  ) {}
}
