/** TLS of a connection. PEM texts are checked when the connector is configured, and read from the host's secrets when it dials. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type ConnectionOptions } from 'node:tls';
import { ConnectorError } from '../../base/errors.ts';
import type { SecretReader } from '../../base/secrets.ts';
import type { Settings } from '../../base/settings.ts';
import type { Tls } from '../contract.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----/;

const ENCRYPTED = /^-----BEGIN ENCRYPTED |^Proc-Type: *4, *ENCRYPTED/m;

const CERTIFICATES = new Map([
  ['clientCert', 'certificate'],
  ['caCert', 'CA certificate'],
  ['oauth.caCert', 'CA certificate'],
]);

/**
 * Checks the PEM text of a setting. Returns null, or the error text of the Go connector. It never quotes the text. Settings with other names hold no
 * PEM text. `secrets` are all secret settings: the password of a key is among them.
 */
export function checkPem(name: string, text: string, secrets: Settings = {}): string | null {
  const certificate = CERTIFICATES.get(name);
  const problem =
    name === 'clientKey'
      ? keyProblem(text, secrets['clientKeyPassword'])
      : certificate === undefined
        ? null
        : certificateProblem(text, certificate);
  return problem === null ? null : `could not configure client TLS: tls: ${problem}`;
}

function certificateProblem(text: string, what: string): string | null {
  const blocks = text.match(CERTIFICATE);
  if (blocks === null) return `failed to find any PEM data in ${what} input`;
  try {
    for (const block of blocks) new X509Certificate(block);
    return null;
  } catch {
    return `failed to parse ${what}: expected an X.509 certificate in PEM form`;
  }
}

function keyProblem(text: string, passphrase: string | undefined): string | null {
  const block = PRIVATE_KEY.exec(text)?.[0];
  if (block === undefined) return 'failed to find any PEM data in key input';
  const isEncrypted = ENCRYPTED.test(block);
  if (isEncrypted && passphrase === undefined) return 'failed to parse private key: it is encrypted, set clientKeyPassword';
  try {
    createPrivateKey({ key: block, passphrase });
    return null;
  } catch {
    if (isEncrypted) return 'failed to decrypt private key: check clientKeyPassword, and that clientKey is whole';
    return 'failed to parse private key: expected an unencrypted PKCS #1, PKCS #8 or EC key in PEM form';
  }
}

/**
 * The PEM blocks of a text, without the text between them. OpenSSL silently skips a block if anything precedes it in its line, for example the byte
 * order mark of a file that was appended to another.
 */
function blocksOf(text: string, block: RegExp): string {
  return text.match(block)?.join('\n') ?? text;
}

let roots: readonly string[] | null = null;

/**
 * The default certificate authorities: Node's roots and, as in Go, those of the operating system, which `SSL_CERT_FILE` and `SSL_CERT_DIR` replace.
 * They are read for the first connection with TLS, because reading those of the system takes about 70 ms.
 */
function defaultRoots(): readonly string[] {
  return (roots ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]);
}

/** The options for TLS to a server that needs no client certificate. `caCertRef` may be empty. */
export function trusting(caCertRef: string, secrets: SecretReader): ConnectionOptions {
  const none = { clientCertRef: '', clientKeyRef: '', clientKeyPasswordRef: '' };
  return tlsOptions({ ...none, caCertRef, insecureSkipVerify: false }, secrets)!;
}

/**
 * The options for TLS with the secrets as they are at each call, because those of files may change. The context is built anew only if one has. Null if
 * the connection has no TLS.
 */
export function currentTls(settings: Tls | undefined, secrets: SecretReader): (() => ConnectionOptions) | null {
  if (settings === undefined) return null;
  const { clientCertRef, clientKeyRef, clientKeyPasswordRef, caCertRef } = settings;
  let kept: { texts: string[]; options: ConnectionOptions } | null = null;
  return () => {
    const texts = [clientCertRef, clientKeyRef, clientKeyPasswordRef, caCertRef].map((reference) =>
      reference === '' ? '' : secrets.read(reference),
    );
    if (kept === null || texts.some((text, i) => text !== kept!.texts[i])) kept = { texts, options: tlsOptions(settings, secrets)! };
    return kept.options;
  };
}

/** The options for TLS; null if the connection has no TLS. `caCert` adds certificate authorities to the default ones. */
export function tlsOptions(settings: Tls | undefined, secrets: SecretReader): ConnectionOptions | null {
  if (settings === undefined) return null;
  const { clientCertRef, clientKeyRef, clientKeyPasswordRef, caCertRef, insecureSkipVerify } = settings;
  const read = (reference: string, block: RegExp): string | undefined =>
    reference === '' ? undefined : blocksOf(secrets.read(reference), block);
  const ca = read(caCertRef, CERTIFICATE);
  try {
    // The context is built once for the connection's settings, and not for each dial: parsing the roots takes milliseconds.
    const secureContext = createSecureContext({
      cert: read(clientCertRef, CERTIFICATE),
      key: read(clientKeyRef, PRIVATE_KEY),
      passphrase: clientKeyPasswordRef === '' ? undefined : secrets.read(clientKeyPasswordRef),
      // Without verification the roots are not needed.
      ...(insecureSkipVerify ? {} : { ca: ca === undefined ? [...defaultRoots()] : [...defaultRoots(), ca] }),
    });
    return { secureContext, rejectUnauthorized: !insecureSkipVerify };
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    // Only OpenSSL's reason is shown, because it quotes no part of the texts.
    const reason = (error as { reason?: string; message: string }).reason ?? 'clientCert and clientKey cannot be used';
    throw new ConnectorError('config.invalid', `could not configure client TLS: tls: ${reason}`);
  }
}
