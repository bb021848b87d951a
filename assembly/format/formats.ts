/** The forms of values: those of `sdk.record.format`, and `data` for values that the host encodes (`valueFormat`). */
export namespace Format {
  export const opencdcJson: u8 = 0;
  export const raw: u8 = 1;
  export const data: u8 = 2;
  export const template: u8 = 3;
  export const debeziumJson: u8 = 4;
}
