// Conduit's algorithm for a connector's configuration: trim, defaults, unknown keys, types, validations (conduit-commons
// config.Config), with Conduit's error texts. All problems are reported, in the order of the table of settings.
import { InvalidParam, ParamType, ValidationKind } from '../abi/connector';
import { Parameter } from './parameter';
import { Level, log } from '../abi/log';
import { goQuote, goTrim, parseBool, parseDecimal, parseDuration, parseInteger } from './go-values';

/** A configuration with its defaults applied, and its problems. */
export class Values {
  private found: InvalidParam[] = [];
  private values: Map<string, string> = new Map();
  private given: Map<string, string> = new Map();
  private failed: Set<string> = new Set();
  private waived: Set<string> = new Set();

  constructor(config: Map<string, string>, table: Parameter[]) {
    const keys = config.keys();
    const known = new Set<string>();
    for (let i = 0; i < table.length; i++) known.add(table[i].name);
    const unknown: string[] = [];
    for (let i = 0; i < keys.length; i++) {
      const key = goTrim(keys[i]);
      if (!known.has(key)) unknown.push(key);
      this.given.set(key, goTrim(config.get(keys[i])));
    }
    unknown.sort();
    for (let i = 0; i < unknown.length; i++) this.refuse(unknown[i], goQuote(unknown[i]) + ': unrecognized parameter');
    for (let i = 0; i < table.length; i++) {
      const p = table[i];
      let value = this.given.has(p.name) ? this.given.get(p.name) : '';
      if (value.length == 0) value = p.defaultValue;
      this.values.set(p.name, value);
    }
  }

  /**
   * Checks types and validations of every setting in the table. It is a separate step: settings that were refused before keep their error, and
   * settings that are parsed afterwards are valid.
   */
  validate(table: Parameter[]): void {
    for (let i = 0; i < table.length; i++) {
      const p = table[i];
      if (p.ignored || this.failed.has(p.name)) continue;
      if (this.waived.has(p.name) && this.values.get(p.name).length == 0) continue;
      const problem = problemOf(p, this.values.get(p.name));
      if (problem !== null) this.refuse(p.name, 'error validating ' + goQuote(p.name) + ': ' + problem);
    }
  }

  /** Logs the settings that are accepted and have no effect. */
  logIgnored(table: Parameter[], side: string): void {
    for (let i = 0; i < table.length; i++)
      if (table[i].ignored && this.isGiven(table[i].name)) log(Level.info, '"' + table[i].name + '" has no effect on ' + side);
  }

  /** A required setting that need not be there, because another one takes its place. */
  waive(name: string): void {
    this.waived.add(name);
  }

  refuse(name: string, reason: string): void {
    this.found.push(new InvalidParam(name, reason));
    this.failed.add(name);
  }

  /** All problems: unknown settings by name, then the others in the order of the table. */
  problems(table: Parameter[]): InvalidParam[] {
    const out: InvalidParam[] = [];
    const known = new Set<string>();
    for (let i = 0; i < table.length; i++) known.add(table[i].name);
    for (let j = 0; j < this.found.length; j++) if (!known.has(this.found[j].name)) out.push(this.found[j]);
    for (let i = 0; i < table.length; i++)
      for (let j = 0; j < this.found.length; j++) if (this.found[j].name == table[i].name) out.push(this.found[j]);
    return out;
  }

  /** True if the user set it, even to a blank value. */
  isGiven(name: string): bool {
    return this.given.has(name);
  }
  /** True if no problem was found so far, so that further checks may use the value. */
  isValid(name: string): bool {
    return !this.failed.has(name);
  }
  text(name: string): string {
    return this.values.get(name);
  }
  set(name: string, value: string): void {
    this.values.set(name, value);
  }
  /** This reader and those below need a valid setting. A blank value gives 0 and false. */
  flag(name: string): bool {
    return parseBool(this.text(name)).value;
  }
  integer(name: string): i64 {
    return parseInteger(this.text(name)).value;
  }
  nanoseconds(name: string): i64 {
    return parseDuration(this.text(name)).value;
  }
  /** Rounds away from zero: a short time must not become 0, which has another meaning. */
  milliseconds(name: string): i64 {
    const ns = this.nanoseconds(name),
      ms = ns / 1000000;
    return ns == ms * 1000000 ? ms : ns > 0 ? ms + 1 : ms - 1;
  }
}

/** The first problem of a value, or null. A value of the wrong type is not checked further. */
function problemOf(p: Parameter, value: string): string | null {
  if (value.length == 0) return p.isRequired ? 'required parameter is not provided' : null;
  const type = typeProblem(p.kind, value);
  if (type !== null) return type;
  for (let i = 0; i < p.validations.length; i++) {
    const kind = p.validations[i].kind,
      operand = p.validations[i].operand;
    if (kind == ValidationKind.greaterThan && !(parseDecimal(value).value > parseDecimal(operand).value))
      return goQuote(value) + ' should be greater than ' + operand + ': greater-than validation failed';
    if (kind == ValidationKind.lessThan && !(parseDecimal(value).value < parseDecimal(operand).value))
      return goQuote(value) + ' should be less than ' + operand + ': less-than validation failed';
    if (kind == ValidationKind.inclusion && !operand.split(',').includes(value))
      return goQuote(value) + ' value must be included in the list [' + operand + ']: inclusion validation failed';
    if (kind == ValidationKind.exclusion && operand.split(',').includes(value))
      return goQuote(value) + ' value must be excluded from the list [' + operand + ']: exclusion validation failed';
    // The tables use no regular expressions: AssemblyScript has none, and an implementation in the guest is not worth its size.
    if (kind == ValidationKind.regex) return 'regex validations are not supported';
  }
  return null;
}

function typeProblem(kind: u8, value: string): string | null {
  if (kind == ParamType.int) return parseInteger(value).ok ? null : wrongType(value, 'an integer', 'digits only, such as 1000');
  if (kind == ParamType.float) return parseDecimal(value).ok ? null : wrongType(value, 'a float', 'a number such as 2.5');
  if (kind == ParamType.duration)
    return parseDuration(value).ok ? null : wrongType(value, 'a duration', 'numbers with units, such as 500ms, 10s or 1m30s');
  if (kind == ParamType.boolean) return parseBool(value).ok ? null : wrongType(value, 'a boolean', 'true or false');
  return null;
}

function wrongType(value: string, type: string, expected: string): string {
  return goQuote(value) + ' value is not ' + type + ': invalid parameter type, expected ' + expected;
}
