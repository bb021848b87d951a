import type { YAMLError } from 'yaml';

const REASONS: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'an anchor or an alias has no name; put a text that begins with "&" or "*" in quotes',
  BAD_DQ_ESCAPE: 'an unknown escape in double quotes; write "\\\\" for "\\", or use single quotes',
  BAD_SCALAR_START: 'a value begins with a character that YAML reserves; put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second key in one line; put a value that holds ": " in quotes',
  DUPLICATE_KEY: 'a key is there twice; keep one of them',
  MULTILINE_IMPLICIT_KEY: 'a key spans several lines; is a ":" or a quote missing?',
  MULTIPLE_DOCS: 'a second document begins ("---"); expected one',
  TAB_AS_INDENT: 'the indentation has a tab; use blanks',
  TAG_RESOLVE_FAILED: 'a tag of an unknown type; put a text that begins with "!" in quotes',
  UNEXPECTED_TOKEN: 'something that does not belong here; put a value with special characters in quotes',
};
/** The texts of the parser for these are constant, and plain. */
const CONSTANT: ReadonlySet<string> = new Set(['MISSING_CHAR', 'BAD_INDENT', 'BLOCK_IN_FLOW']);

/** The reason of an error of the YAML parser. It never quotes the file, which may hold secrets. */
export function yamlProblem({ code, message }: YAMLError): string {
  const known = REASONS[code];
  if (known !== undefined) return known;
  const [text = ''] = CONSTANT.has(code) ? message.split('\n') : ['It is not YAML'];
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
