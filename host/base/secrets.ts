/** Reads secret and PEM values by reference. Throws ConnectorError for a reference that it did not issue. */
export interface SecretReader {
  read(reference: string): string;
}
