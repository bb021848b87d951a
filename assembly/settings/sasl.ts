// SASL: saslMechanism, saslUsername, saslPassword. The settings of OAUTHBEARER and AWS_MSK_IAM have files of their own.
import { PasswordLogin, Sasl } from '../abi/kafka';
import { Level, log } from '../abi/log';
import { AWS_MSK_IAM, awsParameters, parseAws } from './aws';
import { OAUTHBEARER, oauthParameters, parseOauth } from './oauth';
import { Parameter, joined, text } from './parameter';
import { Values } from './values';

const PLAIN = 'PLAIN',
  SCRAM_SHA_256 = 'SCRAM-SHA-256',
  SCRAM_SHA_512 = 'SCRAM-SHA-512';

export function saslParameters(): Parameter[] {
  return joined([
    [
      text(
        'saslMechanism',
        '',
        'How the connector logs in to the brokers. When not set, there is no login; but if saslUsername and saslPassword are set, it is PLAIN, with a warning. ' +
          'PLAIN and the SCRAM mechanisms take saslUsername and saslPassword, OAUTHBEARER takes oauth.*, and AWS_MSK_IAM (Amazon MSK) takes aws.*. ' +
          'PLAIN sends the password as it is and OAUTHBEARER the token, so use them with TLS only.',
      ).oneOf([PLAIN, SCRAM_SHA_256, SCRAM_SHA_512, OAUTHBEARER, AWS_MSK_IAM].join(',')),
      text('saslUsername', '', 'User name of the login. Needs saslPassword.'),
      text('saslPassword', '', 'Password of the login. Needs saslUsername.').asSecret(),
    ],
    oauthParameters(),
    awsParameters(),
  ]);
}

/** Null: no login. The password is a reference here, so only whether it is empty can be looked at. */
export function parseSasl(values: Values): Sasl | null {
  const mechanism = values.text('saslMechanism');
  if (mechanism != OAUTHBEARER) refuseOthers(values, oauthParameters(), OAUTHBEARER);
  if (mechanism != AWS_MSK_IAM) refuseOthers(values, awsParameters(), AWS_MSK_IAM);
  if (mechanism == OAUTHBEARER || mechanism == AWS_MSK_IAM) {
    refusePassword(values, mechanism);
    return mechanism == OAUTHBEARER ? parseOauth(values) : parseAws(values);
  }
  return parsePassword(values, mechanism);
}

function parsePassword(values: Values, given: string): Sasl | null {
  let mechanism = given;
  const username = values.text('saslUsername'),
    password = values.text('saslPassword');
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

function refusePassword(values: Values, mechanism: string): void {
  const names = ['saslUsername', 'saslPassword'];
  for (let i = 0; i < names.length; i++)
    if (values.text(names[i]).length != 0)
      values.refuse(names[i], 'invalid SASL config: ' + mechanism + ' takes no ' + names[i] + ': remove it, or change saslMechanism');
}

/** The settings of a mechanism that is not the one in use. */
function refuseOthers(values: Values, parameters: Parameter[], mechanism: string): void {
  for (let i = 0; i < parameters.length; i++) {
    const name = parameters[i].name;
    if (values.text(name).length != 0)
      values.refuse(
        name,
        'invalid SASL config: ' + name + ' is for ' + mechanism + ' only: remove it, or set saslMechanism to ' + mechanism,
      );
  }
}
