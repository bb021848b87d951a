/**
 * Environment variables that Node, and the libraries inside of it, read on their own account. The executable is one program whose settings
 * are its own, so none of them may change what it does: a variable that is meant for another Node on the machine (a monitoring agent's, a
 * process manager's) would load foreign code, trust other certificates, write files or stop the start. docs/environment.md is the list
 * for users; a test holds both to what the executable asks the system for.
 *
 * `NODE_OPTIONS` and `OPENSSL_CONF` are switched off when the executable is built (tools/executable/build.ts): they can end a process before
 * any code of ours runs.
 */

/** Obeyed before the program's first line. The process starts itself again without them. */
export const READ_AT_START = [
  'NODE_CHANNEL_FD',
  'NODE_COMPILE_CACHE',
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_ICU_DATA',
  'NODE_PENDING_DEPRECATION',
  'NODE_REDIRECT_WARNINGS',
  'NODE_UNIQUE_ID',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
  'NODE_V8_COVERAGE',
] as const;

/** Obeyed when something needs them, or by threads and processes that the program starts. Taking them away first is enough. */
export const READ_LATER = [
  'CARES_HOSTS',
  'CTLOG_FILE',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_CLUSTER_SCHED_POLICY',
  'NODE_COMPILE_CACHE_PORTABLE',
  'NODE_COMPILE_CACHE_READONLY',
  'NODE_DISABLE_COMPILE_CACHE',
  'NODE_INSPECT_RESUME_ON_START',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_PENDING_PIPE_INSTANCES',
  'NODE_PRESERVE_SYMLINKS',
  'NODE_PRESERVE_SYMLINKS_MAIN',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'OPENSSL_CONF',
  'OPENSSL_CONF_INCLUDE',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  'OSSL_QFILTER',
  'QLOGDIR',
  'RANDFILE',
  'UNDICI_NO_WASM_SIMD',
  'UV_THREADPOOL_SIZE',
  'UV_USE_IO_URING',
  'WATCH_REPORT_DEPENDENCIES',
] as const;

/** Node takes these out of the environment itself once it has obeyed them, so what they leave behind tells that they were there. */
const HIDDEN: Readonly<Record<string, (own: OwnProcess) => boolean>> = {
  NODE_CHANNEL_FD: (own) => own.send !== undefined,
  NODE_UNIQUE_ID: (own) => own.listenerCount('internalMessage') > 0,
};

/** What this needs of a process. */
export interface OwnProcess {
  readonly env: NodeJS.ProcessEnv;
  readonly execPath: string;
  readonly argv0: string;
  /** Program names first, as in every Node program. */
  readonly argv: readonly string[];
  /** There only where Node took a file of the process for a channel to the one that started it. */
  readonly send?: unknown;
  listenerCount(event: string): number;
  /** Replaces the program of this process; absent on Windows. */
  execve?(file: string, args: readonly string[], env: NodeJS.ProcessEnv): never;
}

/**
 * Takes these variables out of the environment. Where one of them was obeyed already, the same process runs the same file again without it,
 * and this does not return. Null: nothing is left of them. A text: that could not be done, and the program must not go on.
 */
export function leaveOutNodeVariables(own: OwnProcess, beforeRestart: () => void): string | null {
  const obeyed = READ_AT_START.filter((name) => (own.env[name] ?? '') !== '' || HIDDEN[name]?.(own));
  for (const name of [...READ_AT_START, ...READ_LATER]) delete own.env[name];
  if (obeyed.length === 0) return null;
  try {
    if (own.execve === undefined) throw new Error('this system cannot replace a running program');
    beforeRestart();
    return own.execve(own.execPath, [own.argv0, ...own.argv.slice(2)], own.env);
  } catch (error) {
    const names = obeyed.join(', ');
    const reason = error instanceof Error ? error.message : String(error);
    return `expected no variables of Node's in the environment, got ${names}: unset ${obeyed.length === 1 ? 'it' : 'them'} (a new start without failed: ${reason})`;
  }
}
