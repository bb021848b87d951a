import { InvalidParam } from '../../../../assembly/abi/connector';

/** The value of a setting that is a number, 0 if it is not set; what is wrong with it is added to `invalid`. */
export function numberOf(config: Map<string, string>, name: string, invalid: InvalidParam[]): i32 {
  const text = config.has(name) ? config.get(name).trim() : '';
  if (text == '') return 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) {
      invalid.push(new InvalidParam(name, name + ': expected a number, got "' + text + '"'));
      return 0;
    }
  }
  return I32.parseInt(text);
}
