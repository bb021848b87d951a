import { writeSync } from 'node:fs';
import { reasonsOf } from './skipped.ts';
import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';

/** The last lines of a run: why tests were skipped, and in words that a program can read: `N passed, N failed`, and `, N skipped` if any was. */
export class TotalsReporter implements Reporter {
  #isFiltered = false;
  #reasons = new Map<string, number>();
  #totals: { passed: number; failed: number; skipped: number } | null = null;

  onInit({ config }: Vitest): void {
    this.#isFiltered = config.testNamePattern !== undefined;
    // At the very end, after the summary and after everything that closing prints.
    process.once('exit', (code) => {
      if (!this.#totals && code > 128) return; // interrupted: there is nothing to sum up
      // A run that ended before it had results, for example without a broker, must not look like one without tests.
      const { passed, failed, skipped } = this.#totals ?? { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 };
      for (const [reason, tests] of this.#reasons) writeSync(1, `skipped ${tests}: ${reason}\n`);
      writeSync(1, `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    // With -t the caller knows why.
    if (!this.#isFiltered) this.#reasons = reasonsOf(modules);
    const totals = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') totals.passed++;
        else if (state === 'skipped') totals.skipped++;
        else failedTests++;
      }
      // A file that does not load, or whose hook fails, may hold no failed test at all.
      totals.failed += module.state() === 'failed' ? Math.max(failedTests, 1) : failedTests;
    }
    this.#totals = totals;
  }
}
