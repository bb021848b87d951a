import { randomBytes } from 'node:crypto';
import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Settings } from '../base/settings.ts';
import type { InvalidParam, Param } from './contract.ts';
import type { ConfigPairs } from './guest.ts';

/** Shorter values are not redacted: they occur in many ordinary texts, and protect nothing. */
const MIN_REDACTED = 4;

/** Checks the value of the parameter `name`; `secrets` are the values of all secret parameters that are set. Returns an error text, or null if the value is valid. */
export type SecretCheck = (name: string, value: string, secrets: Settings) => string | null;

/**
 * Keeps the values of the parameters that the specification marks as secret. The guest gets a reference in place of a value (empty if the value is).
 * It can only pass the reference to a capability of the host, which reads the value here.
 */
export class Vault implements SecretReader {
  readonly #values = new Map<string, string>();
  readonly #redacted = new Set<string>();

  /** Replaces the secret values of a configuration by references. Names are trimmed, as Conduit does, so that a blank cannot hide a secret parameter. */
  hide(
    config: Readonly<Record<string, string>>,
    params: readonly Param[],
    check?: SecretCheck,
  ): { pairs: ConfigPairs; problems: InvalidParam[] } {
    const secrets = new Set(params.filter((param) => param.secret).map((param) => param.name));
    this.#values.clear();
    this.#redacted.clear();
    const pairs: ConfigPairs = [];
    const values: Record<string, string> = {};
    for (const [key, raw] of Object.entries(config)) {
      const name = key.trim();
      const value = raw.trim();
      if (!secrets.has(name) || value === '') {
        pairs.push([key, raw]);
        continue;
      }
      const reference = `secret:${name}:${randomBytes(12).toString('base64url')}`;
      this.#values.set(reference, value);
      for (const text of [value, ...value.split('\n').map((line) => line.trim())]) {
        if (text.length >= MIN_REDACTED && !text.startsWith('-----')) this.#redacted.add(text);
      }
      pairs.push([key, reference]);
      values[name] = value;
    }
    const problems: InvalidParam[] = [];
    for (const [name, value] of Object.entries(values)) {
      const reason = check?.(name, value, values) ?? null;
      if (reason !== null) problems.push({ name, reason: this.redact(reason) });
    }
    return { pairs, problems };
  }

  read(reference: string): string {
    const value = this.#values.get(reference);
    if (value === undefined) throw new ConnectorError('policy.denied', 'the guest used a reference to a secret that it was not given');
    return value;
  }

  /** Replaces secrets in a text. The host's own texts hold none; texts that come from libraries may. */
  redact(text: string): string {
    let clean = text;
    for (const secret of [...this.#redacted].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, '***');
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
