import { ConnectorError } from '../../base/errors.ts';

/** The error for an argument that is not UTF-8: Node turns such bytes into U+FFFD. The text does not quote the argument, which may be a secret. */
export function mangledArgument(argv: readonly string[]): ConnectorError | null {
  const index = argv.findIndex((argument) => argument.includes('\ufffd'));
  const argument = argv[index];
  if (argument === undefined) return null;
  const column = [...argument.slice(0, argument.indexOf('\ufffd'))].length + 1;
  const option = argv.slice(0, index).findLast((one) => one.startsWith('-'));
  const text = `argument ${index + 1}${option === undefined ? '' : ` (${option})`} is not UTF-8 at character ${column}; use a terminal with UTF-8, or put it into a file of settings`;
  return new ConnectorError('config.invalid', text);
}
