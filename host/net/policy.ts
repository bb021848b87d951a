import { ConnectorError } from '../base/errors.ts';
import { hostPort } from './host-name.ts';

/**
 * Why a connection is made. `server` is an address of the settings, `advertised` an address that a broker names, `schema-service` is Conduit's
 * schema service, `schema-registry` a schema registry, `token` the token endpoint of a login.
 */
export type DialPurpose = 'server' | 'advertised' | 'schema-service' | 'schema-registry' | 'token';

/** A question to a policy. It is asked once about the name, before the name is looked up, and once about each address of the name. */
export interface DialQuestion {
  /** In its one spelling (`HostName.host`). */
  host: string;
  port: number;
  /** The address to be dialled, in canonical form; null while only the name is known. */
  address: string | null;
  purpose: DialPurpose;
  /** Names the client that wants the connection: `consumer of group "g"`. */
  asker: string;
}

/** Returns null to allow the connection, or the reason for refusing it. A policy that throws refuses. It has as much time as the dial. */
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
  const target = address === null || address === host ? hostPort(host, port) : `${hostPort(address, port)} (${host})`;
  return new ConnectorError('policy.denied', `the policy denies the ${asker} a connection to ${target}, ${FROM[purpose]}: ${reason}`, {
    fields: { host, port: String(port), address: address ?? '', purpose, asker },
  });
}
