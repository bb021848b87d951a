import { parseArgs } from 'node:util';

/** The options of a benchmark, each with its default. `--help` prints them and ends the process; an unknown option ends it with exit code 2. */
export function benchArguments<Name extends string>(usage: string, defaults: Readonly<Record<Name, string>>): Record<Name, string> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries([
    ['help', { type: 'boolean', short: 'h' }],
    ...names.map((name) => [name, { type: 'string', default: defaults[name] }]),
  ]) as Record<string, { type: 'boolean' | 'string' }>;
  const help = `${usage} ${names.map((name) => `[--${name} ${defaults[name]}]`).join(' ')}`;
  let given: Record<string, unknown>;
  try {
    given = parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split('. ')[0]}. Usage: ${help}\n`);
    process.exit(2);
  }
  if (given['help'] === true) {
    process.stdout.write(`Usage: ${help}\n`);
    process.exit(0);
  }
  return given as Record<Name, string>;
}
