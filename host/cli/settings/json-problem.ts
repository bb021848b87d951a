/** The first error of a JSON text with its place. V8 gives the place only for some errors, and quotes the text for others. */
export function jsonProblem(text: string, message: string): string {
  if (text.trim() === '') return 'it is empty';
  const stated = / in JSON at position (\d+)/.exec(message);
  const token = /^Unexpected token '(.)'/su.exec(message)?.[1];
  // If V8 does not give the place, it is the first one at which the token makes the text before it invalid.
  const at = stated !== null ? Number(stated[1]) : token === undefined ? -1 : firstWrong(text, token);
  const before = text.slice(0, Math.max(0, at)).split('\n');
  const place = at < 0 ? '' : `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: `;
  if (token !== undefined) return `${place}unexpected "${token}"`;
  const reason = message.split(' in JSON at position')[0]?.split(', "')[0] ?? '';
  return `${place}${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
}

/** The first place of the character at which parsing the text up to it fails because of it. */
function firstWrong(text: string, token: string): number {
  for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1)) {
    try {
      JSON.parse(text.slice(0, at + token.length));
    } catch (error) {
      if ((error as Error).message.startsWith(`Unexpected token '${token}'`)) return at;
    }
  }
  return -1;
}
