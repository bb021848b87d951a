// One setting of the connector. Each file of a group of settings has the rows of the group and the code that parses them. source.ts and
// destination.ts join the rows to tables, which `specify`, the defaults and the validation of a configuration use.
import { Param, ParamType, Validation, ValidationKind } from '../abi/connector';

export class Parameter extends Param {
  /** The setting is accepted and has no effect, so that old configurations stay valid. It is not part of the specification. */
  ignored: bool = false;

  /** `kind` is a case of ParamType; an empty default means that there is none. */
  constructor(name: string, kind: u8, defaultValue: string, description: string) {
    super(name, description, defaultValue, kind);
  }

  required(): this {
    return this.check(ValidationKind.required, '');
  }
  greaterThan(limit: string): this {
    return this.check(ValidationKind.greaterThan, limit);
  }
  /** `list` is separated by commas. */
  oneOf(list: string): this {
    return this.check(ValidationKind.inclusion, list);
  }
  asSecret(): this {
    this.secret = true;
    return this;
  }
  /** The host implements the setting; the guest only validates it. */
  byHost(): this {
    this.hostImplemented = true;
    return this;
  }

  get isRequired(): bool {
    for (let i = 0; i < this.validations.length; i++) if (this.validations[i].kind == ValidationKind.required) return true;
    return false;
  }
  private check(kind: u8, operand: string): this {
    this.validations.push(new Validation(kind, operand));
    return this;
  }
}

export function text(name: string, defaultValue: string, description: string): Parameter {
  return new Parameter(name, ParamType.text, defaultValue, description);
}
export function int(name: string, defaultValue: string, description: string): Parameter {
  return new Parameter(name, ParamType.int, defaultValue, description);
}
export function float(name: string, defaultValue: string, description: string): Parameter {
  return new Parameter(name, ParamType.float, defaultValue, description);
}
export function boolean(name: string, defaultValue: string, description: string): Parameter {
  return new Parameter(name, ParamType.boolean, defaultValue, description);
}
export function duration(name: string, defaultValue: string, description: string): Parameter {
  return new Parameter(name, ParamType.duration, defaultValue, description);
}
export function ignored(name: string): Parameter {
  const p = new Parameter(name, ParamType.text, '', '');
  p.ignored = true;
  return p;
}

/** Joins the rows of several groups to one table. */
export function joined(groups: Parameter[][]): Parameter[] {
  const table: Parameter[] = [];
  for (let i = 0; i < groups.length; i++) for (let j = 0; j < groups[i].length; j++) table.push(groups[i][j]);
  return table;
}
