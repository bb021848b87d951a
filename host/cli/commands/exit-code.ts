import type { ErrorCode } from '../../base/errors.ts';

/** Documented in docs/command-line.md; scripts depend on them. */
export const EXIT = { ok: 0, runtime: 1, configuration: 2, environment: 3, interrupted: 130 } as const;

const CONFIGURATION: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['config.invalid', 'position.invalid', 'policy.denied']);
const ENVIRONMENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'kafka.unreachable',
  'schema.unreachable',
  'remote.unreachable',
  'environment',
]);

/** 2: the command or the settings must be changed. 3: the environment must be changed, then the same command works. 1: everything else. */
export function exitCodeOf(code: ErrorCode): number {
  if (CONFIGURATION.has(code)) return EXIT.configuration;
  if (ENVIRONMENT.has(code)) return EXIT.environment;
  return EXIT.runtime;
}
