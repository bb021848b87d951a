/** SASL AWS_MSK_IAM, the login of Amazon MSK: a signed request to connect, as JSON. */
import type { SecretReader } from '../../base/secrets.ts';
import type { AwsCredentials } from '../contract.ts';
import { signatureParameters } from './aws-signature.ts';
import { LoginError } from './login-error.ts';
import type { Exchange, Mechanism } from './mechanism.ts';

const ACTION = 'kafka-cluster:Connect';
const VERSION = '2020_10_22';
/** How long a broker may take to see the request. */
const EXPIRES_SECONDS = 900;
const USER_AGENT = 'conduit-connector-kafka-wasm';

/** `b-1.name.abc123.c2.kafka.eu-central-1.amazonaws.com`, and those of serverless clusters and of China. */
const REGION = /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/** Reads the secrets for each login, because they may be of a file that changes. */
export function mskIam(credentials: AwsCredentials, secrets: SecretReader): Mechanism {
  return {
    prepare: async () => undefined,
    logIn: async ({ host }, exchange: Exchange) => {
      const request = authenticationRequest(credentials, secrets, host, new Date());
      const answer = await exchange(Buffer.from(JSON.stringify(request)));
      if (answer.length === 0) throw new LoginError('the broker does not accept the signed request', { isPermanent: true });
    },
  };
}

/** The request for a login at this broker. */
export function authenticationRequest(
  { region: given, accessKeyIdRef, secretAccessKeyRef, sessionTokenRef }: AwsCredentials,
  secrets: SecretReader,
  host: string,
  date: Date,
): Record<string, string> {
  const region = given === '' ? REGION.exec(host)?.[1] : given;
  if (region === undefined)
    throw new LoginError(`the name of the broker, ${host}, has no AWS region in it: set aws.region`, { isPermanent: true });
  const signature = signatureParameters({
    accessKeyId: secrets.read(accessKeyIdRef),
    secretAccessKey: secrets.read(secretAccessKeyRef),
    sessionToken: sessionTokenRef === '' ? '' : secrets.read(sessionTokenRef),
    region,
    service: 'kafka-cluster',
    method: 'GET',
    host,
    path: '/',
    query: { Action: ACTION },
    date,
    expiresSeconds: EXPIRES_SECONDS,
  });
  const lowerCase: Record<string, string> = {};
  for (const [name, value] of Object.entries(signature)) lowerCase[name.toLowerCase()] = value;
  return { version: VERSION, host, 'user-agent': USER_AGENT, action: ACTION, ...lowerCase };
}
