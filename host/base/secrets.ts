/** Secret and PEM values by their references; throws ConnectorError for a reference that it did not give out. */
export interface SecretReader {
  read(reference: string): string;
}
