/** Values of `sdk.record.format`. */
export namespace Format {
  export const opencdcJson: u8 = 0;
  export const raw: u8 = 1;
}
