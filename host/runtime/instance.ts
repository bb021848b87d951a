import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { compileOnce, type ComponentSource } from './component.ts';
import type { Capabilities } from './capabilities.ts';
import type { WitError } from './contract.ts';
import { GuestRefusal, type ExportName } from './exports.ts';
import { boundedLog } from './guest-log.ts';
import type { GuestLog, ImportName } from './guest-imports.ts';
import { Handles } from './handles.ts';
import type { Limits } from './limits.ts';
import { openInlinePort, type GuestPort } from './port.ts';
import { Watchdog, type Overrun } from './watchdog.ts';
import { openWorkerPort } from './worker.ts';

export type Placement = 'inline' | 'worker';

export interface InstanceOptions {
  component: ComponentSource;
  placement: Placement;
  /** null: an instance that may do nothing but log, for `specify`. */
  capabilities: Capabilities | null;
  limits: Limits;
  log: Log;
  /** What the guest draws from `wasi:random` first. */
  firstRandom?: BigUint64Array;
}

/** Calls that may wait for their turn. The connectors make one or two at a time. */
const MAX_QUEUE = 16;

/**
 * One guest instance: one call in flight, deadlines, and an end that leaves nothing behind. An instance fails once and for good
 * (trap, deadline, breach of the contract, host fault); `failure` then says why, and every call rejects with it.
 */
export class Instance {
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #handles: Handles;
  readonly #watchdog: Watchdog;
  #port: GuestPort | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #current: { name: ExportName; reject: (error: ConnectorError) => void } | null = null;
  #waitsFor: ImportName | null = null;
  #lastErrorLine = '';
  #failure: ConnectorError | null = null;
  #ending: Promise<void> | null = null;

  private constructor(options: InstanceOptions) {
    this.#limits = options.limits;
    this.#log = options.log;
    this.#watchdog = new Watchdog((what) => this.#overrun(what));
    this.#handles = new Handles(options.capabilities, {
      fault: (error) => this.fail(error),
      waiting: (waits, name) => {
        this.#waitsFor = waits ? name : null;
        this.#watchdog.waiting(waits);
      },
    });
  }

  static async start(options: InstanceOptions): Promise<Instance> {
    const instance = new Instance(options);
    const { component, limits, placement, capabilities } = options;
    const toHost: GuestLog = (level, message, fields) => {
      if (level === 'error') instance.#lastErrorLine = message;
      if (capabilities !== null) capabilities.log(level, message, fields);
      else options.log(level, message, Object.fromEntries(fields));
    };
    const request = instance.#handles.request.bind(instance.#handles);
    const modules = await compileOnce(component);
    instance.#port =
      placement === 'inline'
        ? await openInlinePort(component.instantiate, modules, {
            request,
            firstRandom: options.firstRandom,
            log: boundedLog(toHost, limits.logLinesPerSecond, limits.logMessageLength),
          })
        : await openWorkerPort(component, modules, {
            request,
            firstRandom: options.firstRandom,
            log: toHost,
            limits,
            died: (error) => instance.fail(error),
          });
    return instance;
  }

  get failure(): ConnectorError | null {
    return this.#failure;
  }

  get memoryBytes(): number {
    return this.#port?.memoryBytes ?? 0;
  }

  /** Ends a `poll` in which the guest waits, or which it is about to make in the call in flight. */
  interrupt(): void {
    if (this.#current !== null) this.#handles.interrupt();
  }

  /** Calls an export in its turn. Rejects with ConnectorError, or with GuestRefusal whose payload is the caller's to read. */
  call(name: ExportName, args: unknown[], callMs: number): Promise<unknown> {
    if (this.#queued >= MAX_QUEUE) throw new ConnectorError('internal', `more than ${MAX_QUEUE} calls wait for one instance`);
    this.#queued++;
    const turn = this.#tail.then(() => this.#callNow(name, args, callMs));
    this.#tail = turn.catch(() => undefined);
    return turn.finally(() => this.#queued--);
  }

  /** Declares the instance dead: what is in flight rejects with `error`, and its handles and its worker are closed. */
  fail(error: ConnectorError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#watchdog.close();
    this.#ending = Promise.all([this.#handles.end(), this.#port?.close()]).then(
      () => undefined,
      (thrown: unknown) => this.#log('warn', `An instance did not end cleanly: ${ConnectorError.from(thrown).message}`),
    );
    this.#current?.reject(error);
  }

  /** Ends the instance; resolves when nothing of it is left. Bounded. */
  async end(): Promise<void> {
    this.fail(new ConnectorError('cancelled', 'the instance was ended'));
    await this.#ending;
  }

  async #callNow(name: ExportName, args: unknown[], callMs: number): Promise<unknown> {
    if (this.#failure !== null) throw this.#failure;
    const port = this.#port!;
    this.#handles.beginCall();
    this.#lastErrorLine = '';
    this.#watchdog.begin(callMs, this.#limits.guestMs);
    try {
      const result = await new Promise<unknown>((resolve, reject) => {
        this.#current = { name, reject };
        port.invoke(name, args).then(resolve, reject);
      });
      this.#checkMemory(port);
      return result;
    } catch (thrown) {
      if (this.#failure !== null) throw this.#failure;
      if (thrown instanceof GuestRefusal) {
        this.#checkMemory(port);
        throw thrown;
      }
      this.fail(this.#trapOf(name, thrown));
      throw this.#failure!;
    } finally {
      this.#current = null;
      this.#watchdog.finish();
    }
  }

  /** The error of a refusal with the WIT's `error`. Where it came from the host, its code says which of the host's errors it was. */
  errorOf(refusal: GuestRefusal): ConnectorError {
    const { kind, text, code } = (refusal.payload ?? {}) as Partial<WitError>;
    if (typeof kind !== 'string' || typeof text !== 'string') {
      return new ConnectorError('guest.failed', 'The guest failed without saying why.');
    }
    const thrown = code === undefined ? undefined : this.#handles.given.get(code);
    if (thrown?.kind === kind) {
      return new ConnectorError(thrown.code, text, { cause: thrown, fields: { ...thrown.fields } });
    }
    return ConnectorError.ofKind(kind, text);
  }

  /** For the typed guest: the answer breaks the contract. */
  breach(text: string): ConnectorError {
    this.fail(new ConnectorError('guest.contract', `The guest broke its contract: ${text}.`));
    return this.#failure!;
  }

  #trapOf(name: ExportName, thrown: unknown): ConnectorError {
    if (thrown instanceof ConnectorError) return thrown;
    const said = this.#lastErrorLine === '' ? '' : ` Its last words: ${this.#lastErrorLine}`;
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    return new ConnectorError('guest.trap', `The guest trapped in ${name}: ${what}.${said}`, { cause: thrown });
  }

  #checkMemory(port: GuestPort): void {
    if (port.memoryBytes > this.#limits.memoryBytes) {
      this.fail(
        new ConnectorError(
          'guest.contract',
          `The guest uses ${port.memoryBytes} bytes of memory, the limit is ${this.#limits.memoryBytes}.`,
        ),
      );
      throw this.#failure!;
    }
  }

  #overrun(what: Overrun): void {
    const name = this.#current?.name ?? 'a call';
    const text =
      what === 'guest'
        ? `The guest ran for more than ${this.#limits.guestMs} ms in ${name} without an answer.`
        : `${name} did not return in time; it ${this.#waitsFor === null ? 'was running' : `waited for ${this.#waitsFor}`}.`;
    this.fail(new ConnectorError('guest.deadline', text));
  }
}
