import { ConnectorError } from '../base/errors.ts';

/**
 * Why a connection is made: `server` is an address of the settings, `advertised` one that a broker names, `schema-service` Conduit's,
 * `schema-registry` and `token` those of registries and of logins.
 */
export type DialPurpose = 'server' | 'advertised' | 'schema-service' | 'schema-registry' | 'token';

/** What a policy is asked: once for the name, before anything is looked up, and once for each address that it leads to. */
export interface DialQuestion {
  /** In its one spelling (`HostName.host`). */
  host: string;
  port: number;
  /** The address to be dialled, in canonical form; null while only the name is known. */
  address: string | null;
  purpose: DialPurpose;
  /** Who wants the connection, for logs and errors: `consumer of group "g"`. */
  asker: string;
}

/** Null allows; a text refuses, and says why. A policy that throws refuses. Awaited for as long as the dial may last. */
export type DialPolicy = (question: DialQuestion) => string | null | Promise<string | null>;

export async function ask(policy: DialPolicy, question: DialQuestion): Promise<ConnectorError | null> {
  let reason: string | null;
  try {
    reason = await policy(question);
  } catch (error) {
    reason = `the policy could not be asked: ${error instanceof Error ? error.message : String(error)}`;
  }
  return reason === null ? null : refusal(question, reason);
}

const FROM: Readonly<Record<DialPurpose, string>> = {
  server: 'a server of the settings',
  advertised: 'which a broker advertises',
  'schema-service': "Conduit's schema service",
  'schema-registry': 'the schema registry',
  token: 'the token endpoint',
};

function refusal({ host, port, address, purpose, asker }: DialQuestion, reason: string): ConnectorError {
  const shown = (name: string): string => (name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`);
  const target = address === null || address === host ? shown(host) : `${shown(address)} (${host})`;
  return new ConnectorError('policy.denied', `the policy denies the ${asker} a connection to ${target}, ${FROM[purpose]}: ${reason}`, {
    fields: { host, port: String(port), address: address ?? '', purpose, asker },
  });
}
