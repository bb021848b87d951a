/** Delivered records with consecutive offsets of one epoch. Either all of them are acknowledged, or none. */
export class Run {
  next: Run | null = null;

  constructor(
    readonly epoch: u32,
    public firstOffset: i64,
    /** Inclusive. */
    public lastOffset: i64,
    public acknowledged: bool = false,
  ) {}
}
