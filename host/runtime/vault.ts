import { randomBytes } from 'node:crypto';
import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Settings } from '../base/settings.ts';
import type { InvalidParam, Param } from './contract.ts';
import type { ConfigPairs } from './guest.ts';
import { readSecretFile, secretPath } from './secret-files.ts';

/** Shorter values are not redacted: they occur in many ordinary texts, and protect nothing. */
const MIN_REDACTED = 4;

/** Checks the value of the parameter `name`; `secrets` are the values of all secret parameters that are set. Returns an error text, or null if the value is valid. */
export type SecretCheck = (name: string, value: string, secrets: Settings) => string | null;

interface Secret {
  name: string;
  /** The secret itself; null if it is in a file. */
  value: string | null;
  path: string;
  /** The texts to redact: those of the value, and of the one before in the same file. */
  redacted: string[];
  last: string;
}

/**
 * Keeps the values of the parameters that the specification marks as secret. The guest gets a reference in place of a value (empty if the value is).
 * It can only pass the reference to a capability of the host, which reads the value here. A value `file:/path` is read from the file each time, so that
 * a secret that is replaced there is used from then on.
 */
export class Vault implements SecretReader {
  readonly #mayReadFiles: boolean;
  readonly #secrets = new Map<string, Secret>();
  /** Longest first. */
  #redacted: string[] = [];

  /** `mayReadFiles` is false where those who write the settings must not see the files of this machine. */
  constructor(mayReadFiles = false) {
    this.#mayReadFiles = mayReadFiles;
  }

  /** Replaces the secret values of a configuration by references. Names are trimmed, as Conduit does, so that a blank cannot hide a secret parameter. */
  hide(
    config: Readonly<Record<string, string>>,
    params: readonly Param[],
    check?: SecretCheck,
  ): { pairs: ConfigPairs; problems: InvalidParam[] } {
    const secrets = new Set(params.filter((param) => param.secret).map((param) => param.name));
    this.#secrets.clear();
    this.#redacted = [];
    const pairs: ConfigPairs = [];
    const values: Record<string, string> = {};
    const problems: InvalidParam[] = [];
    for (const [key, raw] of Object.entries(config)) {
      const name = key.trim();
      const value = raw.trim();
      if (!secrets.has(name) || value === '') {
        pairs.push([key, raw]);
        continue;
      }
      const path = secretPath(value);
      const reference = `secret:${name}:${randomBytes(12).toString('base64url')}`;
      this.#secrets.set(reference, { name, value: path === null ? value : null, path: path ?? '', redacted: [], last: '' });
      pairs.push([key, reference]);
      try {
        values[name] = this.read(reference);
      } catch (error) {
        problems.push({ name, reason: (error as ConnectorError).message });
      }
    }
    for (const [name, value] of Object.entries(values)) {
      const reason = check?.(name, value, values) ?? null;
      if (reason !== null) problems.push({ name, reason: this.redact(reason) });
    }
    return { pairs, problems };
  }

  /** Throws ConnectorError `policy.denied` for a reference that it did not give, `config.invalid` if the file of the secret cannot be used. */
  read(reference: string): string {
    const secret = this.#secrets.get(reference);
    if (secret === undefined) throw new ConnectorError('policy.denied', 'the guest used a reference to a secret that it was not given');
    const value = secret.value ?? this.#readFile(secret);
    if (value !== secret.last) this.#redact(secret, value);
    return value;
  }

  #readFile({ name, path }: Secret): string {
    if (!this.#mayReadFiles)
      throw new ConnectorError('config.invalid', `invalid ${name}: files are not allowed here: expected the text itself, and not file:`);
    return readSecretFile(name, path);
  }

  /** Keeps the value before as well: texts about it may still come. */
  #redact(secret: Secret, value: string): void {
    const texts = (whole: string): string[] =>
      [whole, ...whole.split('\n').map((line) => line.trim())].filter((text) => text.length >= MIN_REDACTED && !text.startsWith('-----'));
    secret.redacted = [...texts(value), ...texts(secret.last)];
    secret.last = value;
    const all = new Set([...this.#secrets.values()].flatMap(({ redacted }) => redacted));
    this.#redacted = [...all].sort((a, b) => b.length - a.length);
  }

  /** Replaces secrets in a text. The host's own texts hold none; texts that come from libraries may. */
  redact(text: string): string {
    let clean = text;
    for (const secret of this.#redacted) clean = clean.replaceAll(secret, '***');
    return clean;
  }

  /** A log that replaces secrets in messages and fields. */
  redacted(log: Log): Log {
    return (level, message, fields) => {
      log(level, this.redact(message), fields && this.#redactedFields(fields));
    };
  }

  redactError(error: ConnectorError): ConnectorError {
    const message = this.redact(error.message);
    const fields = this.#redactedFields(error.fields);
    if (message === error.message && Object.entries(fields).every(([name, value]) => value === error.fields[name])) return error;
    // The cause is dropped because it holds the same text.
    return new ConnectorError(error.code, message, { fields });
  }

  #redactedFields(fields: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, this.redact(value)]));
  }
}
