// SASL: saslMechanism, saslUsername, saslPassword.
import { PasswordLogin, Sasl } from '../abi/kafka';
import { Level, log } from '../abi/log';
import { Parameter, text } from './parameter';
import { Values } from './values';

const PLAIN = 'PLAIN',
  SCRAM_SHA_256 = 'SCRAM-SHA-256',
  SCRAM_SHA_512 = 'SCRAM-SHA-512';

export function saslParameters(): Parameter[] {
  return [
    text(
      'saslMechanism',
      '',
      'How the connector logs in to the brokers. When not set, there is no login; but if saslUsername and saslPassword are set, it is PLAIN, with a warning. ' +
        'PLAIN sends the password as it is, so use it with TLS only.',
    ).oneOf(PLAIN + ',' + SCRAM_SHA_256 + ',' + SCRAM_SHA_512),
    text('saslUsername', '', 'User name of the login. Needs saslPassword.'),
    text('saslPassword', '', 'Password of the login. Needs saslUsername.').asSecret(),
  ];
}

/** Null: no login. The password is a reference here, so only whether it is empty can be looked at. */
export function parseSasl(values: Values): Sasl | null {
  const username = values.text('saslUsername'),
    password = values.text('saslPassword');
  let mechanism = values.text('saslMechanism');
  if ((username.length == 0) != (password.length == 0)) {
    const missing = username.length == 0 ? 'saslUsername' : 'saslPassword';
    values.refuse(missing, 'invalid sasl auth, please specify both saslUsername and saslPassword');
    return null;
  }
  if (!values.isValid('saslMechanism')) return null;
  if (username.length == 0) {
    if (mechanism.length != 0)
      values.refuse('saslMechanism', 'invalid SASL config: SASL mechanism provided, but username and password are missing');
    return null;
  }
  if (mechanism.length == 0) {
    log(Level.warn, 'saslUsername and saslPassword are set without saslMechanism: the login uses PLAIN; set saslMechanism');
    mechanism = PLAIN;
  }
  const login = new PasswordLogin(username, password);
  if (mechanism == SCRAM_SHA_256) return Sasl.scramSha256(login);
  if (mechanism == SCRAM_SHA_512) return Sasl.scramSha512(login);
  return Sasl.plain(login);
}
