/** A reference to a variable of the environment, or its escape. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_]\w*)(:-([^}]*))?\}|\$\{/g;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${NAME}` and `${NAME:-default}`, whose default is taken where NAME is not set or empty. `$${` stands for `${`, and any other `$` for itself.
 * If a variable is not set, or a reference has another form, it throws the error that `refused` makes of the reason, which quotes no value, and no name
 * of a variable if `names` are hidden: what looks like a variable may be a part of a password.
 */
export function expand(text: string, env: Environment, names: 'told' | 'hidden', refused: (reason: string) => Error): string {
  return text.replace(REFERENCE, (reference: string, name?: string, rest?: string, fallback?: string) => {
    if (reference === '$${') return '${';
    if (name === undefined)
      throw refused('"${" begins a variable, such as ${NAME} or ${NAME:-default}; write "$${" for these two characters');
    if (fallback?.includes('${') === true) throw refused('a variable has a variable as its default: write a text there');
    const value = env[name];
    if (rest !== undefined) return value || (fallback ?? '');
    if (value !== undefined) return value;
    if (names === 'told') throw refused(`the variable ${name} is not set: set it, or write \${${name}:-default}`);
    throw refused('a variable in it is not set: set it, or write ${NAME:-default}; write "$${" if "${" is a part of the value');
  });
}

/** A reference as Conduit replaces it in its pipeline files: `$NAME` and `${NAME}`, or a `$` with a special character. */
const CONDUIT_REFERENCE = /\$(?:\{([^}]*)\}|([A-Za-z_]\w*|[*#$@!?\-0-9]))/g;

/** Replaces variables as Conduit does in its pipeline files: one that is not set becomes an empty text, and there is no escape. */
export function expandLikeConduit(text: string, env: Environment, missing: (name: string) => void): string {
  return text.replace(CONDUIT_REFERENCE, (_reference, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const value = env[name];
    if (value === undefined) missing(name);
    return value ?? '';
  });
}
