import type { TestCase, TestModule, TestSuite } from 'vitest/node';

/** What stands in the name of a test or of a suite around it, where that is skipped: `TLS (skipped: the given cluster has none)`. */
const REASON = / ?\(skipped: (.*)\)/;

/** The reasons of skipped tests, and how many tests each one keeps out. */
export function reasonsOf(modules: readonly TestModule[]): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      const reason = reasonOf(test) ?? `no reason is given beside "${test.fullName}" in ${module.relativeModuleId}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return reasons;
}

function reasonOf(test: TestCase): string | undefined {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  for (let at: TestCase | TestSuite | TestModule = test; at.type !== 'module'; at = at.parent) {
    const reason = REASON.exec(at.name)?.[1];
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** The end of the name of a test that is skipped for this reason; empty if there is none. */
export const skipped = (reason: string | null): string => (reason === null ? '' : ` (skipped: ${reason})`);

/** Why a test that stops or freezes brokers cannot run; null if it can. */
export const brokersAreNotOurs: string | null =
  process.env['KAFKA_PROVIDER'] === 'address' ? 'the cluster at KAFKA_SERVERS is not stopped by tests' : null;
