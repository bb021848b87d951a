/**
 * Environment variables that Node and the libraries inside it read by themselves. None of them may change what the executable does: a variable that
 * is meant for another Node on the machine (by a monitoring agent or a process manager) would make it load foreign code, trust other certificates,
 * write files or fail to start. docs/environment.md lists them for users. A test compares both lists with the variables that the executable really
 * reads.
 *
 * `NODE_OPTIONS` and `OPENSSL_CONF` are switched off when the executable is built (tools/executable/build.ts), because they can end a process
 * before any code of ours runs.
 */

/** Node obeys these before the program's first line. If one is set, the process starts itself again without it. */
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

/** Node obeys these only when it needs them, or in threads and processes that the program starts. It is enough to delete them first. */
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

/** Node deletes these from the environment once it has obeyed them. Their effects on the process show that they were set. */
const HIDDEN: Readonly<Record<string, (own: OwnProcess) => boolean>> = {
  NODE_CHANNEL_FD: (own) => own.send !== undefined,
  NODE_UNIQUE_ID: (own) => own.listenerCount('internalMessage') > 0,
};

/** The parts of `process` that `leaveOutNodeVariables` uses. */
export interface OwnProcess {
  readonly env: NodeJS.ProcessEnv;
  readonly execPath: string;
  readonly argv0: string;
  /** The arguments, after two program names as in every Node program. */
  readonly argv: readonly string[];
  /** Set only if Node took a file descriptor for a channel to the parent process. */
  readonly send?: unknown;
  listenerCount(event: string): number;
  /** Replaces the program of this process; absent on Windows. */
  execve?(file: string, args: readonly string[], env: NodeJS.ProcessEnv): never;
}

/**
 * Deletes these variables from the environment. If Node has obeyed one of them already, the process runs the same file again without it, and this
 * function does not return. Returns null if no variable has an effect any more, or the text of an error with which the program must end.
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
    const them = obeyed.length === 1 ? 'it' : 'them';
    return `expected no variables of Node's in the environment, got ${names}: unset ${them} (a restart without ${them} failed: ${reason})`;
  }
}
