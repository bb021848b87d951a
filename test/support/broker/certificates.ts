import 'reflect-metadata'; // the certificate library needs it before it is loaded
import type { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

/** What a client needs to talk TLS to a broker of this run, as PEM texts. */
export interface ClientTls {
  readonly caCert: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** Another client certificate of the same CA, with its key; only of a cluster of ours. */
  readonly renewedClient?: KeyPair;
  /** A CA that signed nothing of this run. */
  readonly otherCaCert: string;
}

/** One certificate with its key: a PEM store in Kafka's sense. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly client: ClientTls;
  /** For localhost and 127.0.0.1. */
  readonly server: KeyPair;
  /** Signed by the same CA, for a host name that no test connects to. */
  readonly misnamedServer: KeyPair;
  /** For localhost and 127.0.0.1, signed by the same CA, and not valid any more. */
  readonly expiredServer: KeyPair;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 60 * 60 * 1000;

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
// A clock that differs a little between here and a container must not make a certificate invalid.
const validity = () => ({ notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 7 * DAY_MS) });

async function authority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, keys };
}

async function issue(
  ca: Authority,
  name: string,
  usage: ExtendedKeyUsage,
  hosts: readonly { type: 'dns' | 'ip'; value: string }[],
  dates = validity(),
): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: ca.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: ca.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    ...dates,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      ...(hosts.length > 0 ? [new SubjectAlternativeNameExtension([...hosts])] : []),
    ],
  });
  const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert: `${certificate.toString('pem')}\n`, key: `${key}\n` };
}

/** A certificate authority of this run alone, with everything it signed. Nothing outlives the run. */
export async function makeCertificates(): Promise<Certificates> {
  const [ca, other] = await Promise.all([authority('test CA'), authority('unrelated CA')]);
  const here = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ] as const;
  const past = { notBefore: new Date(Date.now() - 3 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) };
  const [server, misnamedServer, expiredServer, client, renewedClient] = await Promise.all([
    issue(ca, 'localhost', ExtendedKeyUsage.serverAuth, here),
    issue(ca, 'elsewhere.example', ExtendedKeyUsage.serverAuth, [{ type: 'dns', value: 'elsewhere.example' }]),
    issue(ca, 'localhost', ExtendedKeyUsage.serverAuth, here, past),
    issue(ca, 'test client', ExtendedKeyUsage.clientAuth, []),
    issue(ca, 'test client', ExtendedKeyUsage.clientAuth, []),
  ]);
  return {
    client: {
      caCert: `${ca.certificate.toString('pem')}\n`,
      clientCert: client.cert,
      clientKey: client.key,
      renewedClient,
      otherCaCert: `${other.certificate.toString('pem')}\n`,
    },
    server,
    misnamedServer,
    expiredServer,
  };
}
