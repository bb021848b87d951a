// Settings of both sides: `behaviour` names what goes wrong, `at` in which call, `times` how often (counted by the instance).
import { InvalidParam, StringStringView } from '../../../../assembly/abi/connector';
import { Level, log } from '../../../../assembly/abi/log';
import { Connection, PasswordLogin, Sasl } from '../../../../assembly/abi/kafka';
import { listOf } from '../../../../assembly/abi/slots';

export let behaviour = '';
export let at = '';
export const connection = new Connection();
let kept = new Array<string>();

export function configure(ptr: usize, count: u32): InvalidParam[] {
  const list = listOf<StringStringView>(ptr, count);
  behaviour = '';
  at = 'read';
  kept = [];
  const invalid: InvalidParam[] = [];
  let text = '';
  for (let i: u32 = 0; i < count; i++) {
    const key = list.at(i).a.lift().trim(),
      value = list.at(i).b.lift();
    kept.push(value);
    text += key + '=' + value + ';';
    if (key == 'behaviour') behaviour = value;
    else if (key == 'at') at = value;
    else if (key == 'invalid') invalid.push(new InvalidParam('invalid', value));
    else if (key == 'password') connection.sasl = Sasl.plain(new PasswordLogin('user', value));
  }
  connection.servers = ['broker:9092'];
  log(Level.debug, 'configured', ['config', text]);
  misbehave('configure');
  return invalid;
}

let sink: u32 = 0;
/** Does what the configuration asks for, if `call` is the call that it names. */
export function misbehave(call: string): void {
  if (call != at) return;
  if (behaviour == 'loop') while (true) sink++;
  if (behaviour == 'log for ever') while (true) log(Level.info, 'again');
  if (behaviour == 'trap') unreachable();
  if (behaviour == 'abort') abort('a bug in the guest');
  if (behaviour == 'grow') {
    while (true) {
      if (memory.grow(16) < 0) abort('memory is full');
    }
  }
  if (behaviour == 'grow some') memory.grow(64);
  if (behaviour == 'log a lot') {
    for (let i = 0; i < 3000; i++) log(Level.info, 'line ' + i.toString());
    log(Level.info, 'x'.repeat(100000), ['long', 'y'.repeat(100000)]);
  }
}
