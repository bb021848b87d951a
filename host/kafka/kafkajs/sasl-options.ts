/** kafkajs' options for a login. Secrets are read for each login, because those of files may change. */
import type { SASLOptions } from 'kafkajs';
import { logInWithToken } from '../auth/oauth-bearer.ts';
import { OauthTokens, type TokenParts } from '../auth/oauth-tokens.ts';
import type { Mechanism } from '../auth/mechanism.ts';
import { mskIam } from '../auth/msk-iam.ts';
import type { Sasl } from '../contract.ts';
import { dialledHost } from './broker-socket.ts';

/** `prepare` is called before each login; kafkajs does not know it. */
export type LoginOptions = SASLOptions & { prepare?: Mechanism['prepare'] };

/** Makes the options of a connection's clients; null if the connection has no login. Each client needs its own object, because kafkajs writes into it. */
export function loginOptions(sasl: Sasl | undefined, parts: TokenParts): (() => LoginOptions) | null {
  if (sasl === undefined) return null;
  const { secrets } = parts;
  switch (sasl.tag) {
    case 'plain':
    case 'scram-sha256':
    case 'scram-sha512': {
      const { username, passwordRef } = sasl.val;
      return () => ({
        // The three mechanisms take the same fields; kafkajs' type has one member for each.
        mechanism: PASSWORD_MECHANISMS[sasl.tag] as 'plain',
        username,
        get password() {
          return secrets.read(passwordRef);
        },
      });
    }
    case 'oauthbearer': {
      const tokens = new OauthTokens(sasl.val, parts);
      return () =>
        ofMechanism('OAUTHBEARER', {
          prepare: async () => void (await tokens.get()),
          logIn: async (_, exchange) => logInWithToken(await tokens.get(), sasl.val.extensions, exchange),
        });
    }
    case 'aws-msk-iam':
      return () => ofMechanism('AWS_MSK_IAM', mskIam(sasl.val, secrets));
  }
}

const PASSWORD_MECHANISMS = { plain: 'plain', 'scram-sha256': 'scram-sha-256', 'scram-sha512': 'scram-sha-512' } as const;

/** What kafkajs gives to a mechanism that is not its own. */
interface Provided {
  host: string;
  /** Both messages have their length before them. */
  saslAuthenticate: (protocol: {
    request: { encode(): Buffer };
    response: { decode(answer: Buffer): Buffer; parse(answer: Buffer): Buffer };
  }) => Promise<Buffer>;
}

function ofMechanism(name: string, mechanism: Mechanism): LoginOptions {
  return {
    mechanism: name,
    prepare: () => mechanism.prepare(),
    authenticationProvider: ({ host, saslAuthenticate }: Provided) => ({
      authenticate: () =>
        mechanism.logIn({ host: dialledHost(host) }, (message) =>
          saslAuthenticate({
            request: { encode: () => sized(message) },
            response: { decode: (answer) => answer, parse: (answer) => answer.subarray(4) },
          }),
        ),
    }),
  } as unknown as LoginOptions;
}

/** The message with its length before it. */
function sized(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  return Buffer.concat([length, message]);
}
