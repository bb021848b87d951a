/** Checks one address after the other: name, TCP, TLS, and for servers of the settings the login and the versions of the protocol. */
import { hostPort } from '../../net/host-name.ts';
import type { DialPurpose } from '../../net/policy.ts';
import type { Address } from '../client.ts';
import type { Certificate, Probe } from '../inspector.ts';
import { failed, ok, skipped, warning, type Report } from './check.ts';

const DAY_MS = 86_400_000;
/** A certificate that ends within so many days is worth a warning. */
const SOON_DAYS = 30;
const ANSWER_MS = 10_000;
/** The oldest versions that this client can use: record batches of format 2 (Kafka 0.11). */
const NEEDED = [
  { key: 0, name: 'Produce', version: 3 },
  { key: 1, name: 'Fetch', version: 4 },
] as const;

const FIXES = {
  policy: 'change the servers, or let the operator of this host allow the address',
  name: 'check the spelling of the name, and the DNS of this machine',
  tcp: 'check the port, whether the broker runs, and what stands between (firewall, VPN, security group)',
  tls: 'the text says what to change; caCert, clientCert, clientKey and tls.enabled decide',
} as const;
const TLS_FIXES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "let the broker's operator renew the certificate, and check the clock of this machine",
  CERT_NOT_YET_VALID: 'check the clock of this machine, and the certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name the broker in servers as its certificate does, or let its operator add this name to the certificate',
};

/** True if the address can be connected to as the settings say, TLS included. */
export async function checkAddress(
  probe: Probe,
  address: Address,
  { purpose, insecure, signal, report }: { purpose: DialPurpose; insecure: boolean; signal?: AbortSignal; report: Report },
): Promise<boolean> {
  const of = hostPort(address.host, address.port);
  const plain = await probe.dial(address, { tls: false, purpose, signal });
  if ('failure' in plain) {
    const { step, text } = plain.failure;
    report(failed(step === 'tls' ? 'tcp' : step, of, without(of, text), FIXES[step]));
    return false;
  }
  if (plain.address !== address.host) report(ok('name', of, `is ${plain.address}`));
  report(ok('tcp', of, 'connects'));
  if (!probe.usesTls) return true;
  const secured = await probe.dial(address, { tls: true, purpose, signal });
  if ('failure' in secured) {
    const { text, code } = secured.failure;
    report(failed('tls', of, without(of, text), TLS_FIXES[code] ?? FIXES.tls));
    return false;
  }
  if (insecure) report(warning('tls', of, 'the certificate is not checked', 'remove insecureSkipVerify, and put the CA into caCert'));
  else reportCertificate(of, secured.certificate, report);
  return true;
}

/** The text without the address at its beginning, which the check names already. */
function without(address: string, text: string): string {
  return text.startsWith(`${address}: `) ? text.slice(address.length + 2) : text;
}

function reportCertificate(of: string, certificate: Certificate | null, report: Report): void {
  if (certificate === null) return report(ok('tls', of, 'connects'));
  const { subject, issuer, protocol, validTo } = certificate;
  // eslint-disable-next-line no-restricted-syntax -- a certificate ends by the wall clock
  const days = Math.floor((validTo.getTime() - Date.now()) / DAY_MS);
  const found = `${protocol}, certificate of ${subject} by ${issuer}, valid until ${validTo.toISOString().slice(0, 10)}`;
  if (days >= SOON_DAYS) report(ok('tls', of, found));
  else report(warning('tls', of, `${found}: ${days} days`, "let the broker's operator renew the certificate"));
}

/** Logs in to a server, and asks for the versions of its requests. True if this client can work with it. */
export async function checkLogin(
  probe: Probe,
  server: Address,
  { signal, report }: { signal?: AbortSignal; report: Report },
): Promise<boolean> {
  const of = hostPort(server.host, server.port);
  const answer = await probe.ask(server, ANSWER_MS, signal);
  if ('failure' in answer) {
    const fix = probe.hasLogin
      ? 'check saslMechanism, saslUsername and saslPassword'
      : 'the text says what the listener may demand: a login (saslMechanism, saslUsername, saslPassword), TLS, or a client certificate';
    report(failed('login', of, without(of, answer.failure), fix));
    report(skipped('api versions', of, 'needs the login'));
    return false;
  }
  const { versions } = answer;
  report(ok('login', of, probe.hasLogin ? 'the broker accepts it' : 'the broker asks for none'));
  const missing = NEEDED.filter(({ key, version }) => (versions.get(key) ?? -1) < version);
  if (missing.length === 0) {
    const found = NEEDED.map(({ key, name }) => `${name} ${versions.get(key)}`).join(', ');
    report(ok('api versions', of, `${versions.size} requests, up to ${found}`));
    return true;
  }
  const found = missing.map(({ key, name, version }) => `${name} ${versions.get(key) ?? 'none'}, needed is ${version}`).join('; ');
  report(failed('api versions', of, found, 'use brokers of Kafka 0.11 or newer'));
  return false;
}
