/** The messages of SASL OAUTHBEARER (RFC 7628). */
import type { OauthClient } from '../contract.ts';
import { LoginError } from './login-error.ts';
import type { Exchange } from './mechanism.ts';

const SEPARATOR = '\u0001';

/** Logs in with a token. */
export async function logInWithToken(token: string, extensions: OauthClient['extensions'], exchange: Exchange): Promise<void> {
  const fields = [`auth=Bearer ${token}`, ...extensions.map(({ name, value }) => `${name}=${value}`)];
  const answer = await exchange(Buffer.from(`n,,${SEPARATOR}${fields.join(SEPARATOR)}${SEPARATOR}${SEPARATOR}`));
  if (answer.length === 0) return;
  // The broker refuses the token, and says why. It ends the login with an error when it has got this byte.
  await exchange(Buffer.from(SEPARATOR));
  throw new LoginError(`the broker refuses the token: ${answer.toString('utf8', 0, 500)}`, { isPermanent: true });
}
