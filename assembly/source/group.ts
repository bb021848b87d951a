// The consumer group of a source.
import { Random } from 'as-wasi/assembly';
import { Level, log } from '../abi/log';
import { Position } from '../opencdc/position';

/** The group, or the error for which there is none. */
export class GroupResult {
  group: string = '';
  error: string = '';
}

/** The group of the position, else the configured one, else a new one. An error if both are given and differ. */
export function resolveGroup(position: Position | null, configured: string): GroupResult {
  const result = new GroupResult();
  if (position !== null && configured != '' && position.group != configured) {
    result.error =
      'the old position contains a different consumer group ID than the connector configuration ("' +
      position.group +
      '" vs "' +
      configured +
      '"), please check if the configured group ID changed since the last run';
    return result;
  }
  result.group = position !== null && position.group != '' ? position.group : configured;
  if (result.group == '') {
    result.group = uuid();
    log(Level.info, 'assigning source to new consumer group', ['groupID', result.group]);
  }
  return result;
}

const HEX = '0123456789abcdef';

/** A random UUID, version 4. */
function uuid(): string {
  const bytes = Random.randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += HEX.charAt(bytes[i] >> 4) + HEX.charAt(bytes[i] & 15);
  }
  return text;
}
