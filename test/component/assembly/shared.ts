import { InvalidParam, StringStringView } from '../../../assembly/abi/connector';
import {
  AwsCredentials,
  Connection,
  OauthClient,
  PasswordLogin,
  Sasl,
  SaslCase,
  SaslExtension,
  SchemaRegistry,
  Timeouts,
  Tls,
} from '../../../assembly/abi/kafka';
import { listOf } from '../../../assembly/abi/slots';

/** Values of the configuration by their keys. */
export const given = new Map<string, string>();

/** Keeps a configuration; one whose first key is "refuse" comes back as problems. */
export function keep(ptr: usize, count: u32): InvalidParam[] {
  const list = listOf<StringStringView>(ptr, count);
  const problems: InvalidParam[] = [];
  given.clear();
  for (let i: u32 = 0; i < count; i++) {
    const key = list.at(i).a.lift(),
      value = list.at(i).b.lift();
    given.set(key, value);
    if (list.at(0).a.lift() == 'refuse') problems.push(new InvalidParam(key, value));
  }
  return problems;
}
export function number(key: string): i32 {
  return given.has(key) ? <i32>parseInt(given.get(key)) : 0;
}

export function connection(): Connection {
  const c = new Connection();
  c.servers = ['a:1', '', 'zażółć:3 😀'];
  c.clientId = 'client';
  if (given.has('tls')) {
    const tls = new Tls();
    tls.clientCertRef = 'cert';
    tls.clientKeyRef = 'key';
    tls.clientKeyPasswordRef = 'key password';
    tls.caCertRef = 'ca';
    tls.insecureSkipVerify = given.get('tls') == 'insecure';
    c.tls = tls;
    if (tls.insecureSkipVerify) c.timeouts = new Timeouts(u32.MAX_VALUE, 1);
  }
  if (given.has('mechanism')) {
    c.sasl = sasl(<u8>number('mechanism'));
  }
  return c;
}

export function registry(isFull: bool): SchemaRegistry {
  const made = new SchemaRegistry(['http://a:1', 'https://ż/✓'], null, 'token');
  if (isFull) {
    made.login = new PasswordLogin('ü', 'password');
    made.tls = new Tls('cert', 'key', 'key password', 'ca', true);
  }
  return made;
}

function sasl(mechanism: u8): Sasl {
  const login = new PasswordLogin('ü', 'password');
  if (mechanism == SaslCase.scramSha256) return Sasl.scramSha256(login);
  if (mechanism == SaslCase.scramSha512) return Sasl.scramSha512(login);
  if (mechanism == SaslCase.oauthbearer) {
    const extensions = [new SaslExtension('x', '1'), new SaslExtension('y', 'ü')];
    return Sasl.oauthbearer(new OauthClient('https://ü', 'id', 'secret', 'a b', extensions, 'ca'));
  }
  if (mechanism == SaslCase.awsMskIam) return Sasl.awsMskIam(new AwsCredentials('eu', 'id', 'key', 'ü'));
  return Sasl.plain(login);
}
