/** One finding of `doctor`. */
export interface Check {
  /**
   * What was checked: `settings`, `policy`, `name`, `tcp`, `tls`, `login`, `api versions`, `cluster`, `advertised`, `topic`, `leaders`, `authorisation`,
   * `batch size`, `group`, `lag`.
   */
  check: string;
  /** Of what: a server, a topic, a group. */
  of: string;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found, in one line. */
  found: string;
  /** What to change; empty if there is nothing. */
  fix: string;
}

export type Report = (check: Check) => void;

const make =
  (status: Check['status']) =>
  (check: string, of: string, found: string, fix = ''): Check => ({ check, of, status, found, fix });

export const ok = make('ok');
export const warning = make('warning');
export const failed = make('failed');
/** `found` says why. */
export const skipped = make('skipped');
