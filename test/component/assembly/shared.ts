import { InvalidParam, StringStringView } from '../../../assembly/abi/connector';
import { Connection, PasswordLogin, Sasl, SaslCase, SchemaRegistry, Timeouts, Tls } from '../../../assembly/abi/kafka';
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
    const login = new PasswordLogin('ü', 'password');
    const mechanism = number('mechanism');
    c.sasl =
      mechanism == SaslCase.plain
        ? Sasl.plain(login)
        : mechanism == SaslCase.scramSha256
          ? Sasl.scramSha256(login)
          : Sasl.scramSha512(login);
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
