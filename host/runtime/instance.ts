import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { admit } from './admission.ts';
import type { Capability } from './capability.ts';
import { compileOnce, type ComponentSource } from './component.ts';
import { GuestRefusal, type ExportName } from './exports.ts';
import { importObject } from './import-object.ts';
import { ImportServer } from './import-server.ts';
import type { Limits } from './limits.ts';
import { requestBytesOf } from './manifest.ts';
import { openInlinePort, type GuestPort, type Placement } from './port.ts';
import { Watchdog, type Overrun } from './watchdog.ts';
import { openWorkerPort } from './worker.ts';

export interface InstanceOptions {
  component: ComponentSource;
  placement: Placement;
  /** What the guest may import. A component that imports anything else is refused. */
  capabilities: readonly Capability[];
  limits: Limits;
  log: Log;
}

/** Most calls that wait for their turn. The connectors make one or two at a time. */
const MAX_QUEUE = 16;

/**
 * One guest instance. It runs one call at a time under deadlines, and its end closes everything that it opened. An instance fails once and for good:
 * by a trap, a deadline, a breach of the contract or a fault of the host. `failure` then holds the error, and every call rejects with it.
 */
export class Instance {
  /** The largest request that fits into the guest's memory. */
  readonly requestBytes: number;
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #capabilities: readonly Capability[];
  readonly #imports: ImportServer;
  readonly #watchdog: Watchdog;
  #port: GuestPort | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #current: { name: ExportName; reject: (error: ConnectorError) => void } | null = null;
  #waitsFor: string | null = null;
  #callBegan = 0;
  #failure: ConnectorError | null = null;
  #ending: Promise<void> | null = null;

  private constructor(options: InstanceOptions, capabilities: readonly Capability[]) {
    this.requestBytes = requestBytesOf(options.component.manifest);
    this.#limits = options.limits;
    this.#log = options.log;
    this.#watchdog = new Watchdog((what) => this.#overrun(what));
    this.#capabilities = capabilities;
    this.#imports = new ImportServer(
      capabilities,
      { handles: options.limits.handles, resultBytes: this.requestBytes },
      {
        fault: (error) => this.fail(error),
        waiting: (waits, label) => {
          this.#waitsFor = waits ? label : null;
          this.#watchdog.waiting(waits);
        },
      },
    );
  }

  /** Starts an instance. Rejects with `policy.denied` or `limit.exceeded` for a component that may not run here, before any of it runs. */
  static async start(options: InstanceOptions): Promise<Instance> {
    const { component, limits, placement } = options;
    const { memoryBytes } = limits;
    const instance = new Instance(options, admit(component.manifest, { capabilities: options.capabilities, memoryBytes, placement }));
    const imports = instance.#imports;
    const modules = await compileOnce(component);
    if (placement === 'inline') {
      const make = importObject(imports.shapes, imports, (_, index) => instance.#capabilities[index]!.local!.make);
      instance.#port = await openInlinePort(component.instantiate, modules, make);
    } else {
      instance.#port = await openWorkerPort(component, modules, { imports, limits, died: (error) => instance.fail(error) });
    }
    return instance;
  }

  get failure(): ConnectorError | null {
    return this.#failure;
  }

  get memoryBytes(): number {
    return this.#port?.memoryBytes ?? 0;
  }

  /** Ends the wait that the guest is in, or begins later in the call in flight, if the resource that it waits for can be interrupted. */
  interrupt(): void {
    if (this.#current !== null) this.#imports.interrupt();
  }

  /** Calls an export when the calls before it have ended. Rejects with ConnectorError, or with GuestRefusal for a WIT error of the guest. */
  call(name: ExportName, args: unknown[], callMs: number): Promise<unknown> {
    if (this.#queued >= MAX_QUEUE) throw new ConnectorError('internal', `more than ${MAX_QUEUE} calls wait for one instance`);
    this.#queued++;
    const turn = this.#tail.then(() => this.#callNow(name, args, callMs));
    this.#tail = turn.catch(() => undefined);
    return turn.finally(() => this.#queued--);
  }

  /** Ends the instance with an error: the call in flight rejects with it, and handles and worker are closed. */
  fail(error: ConnectorError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#watchdog.close();
    this.#ending = Promise.all([this.#imports.end(), this.#port?.close()]).then(
      () => undefined,
      (thrown: unknown) => this.#log('warn', `ending a guest failed: ${ConnectorError.from(thrown).message}`),
    );
    this.#current?.reject(error);
  }

  /** Ends the instance. Resolves when everything that it opened is closed, within a few seconds. */
  async end(): Promise<void> {
    this.fail(new ConnectorError('cancelled', 'the connector is stopping'));
    await this.#ending;
  }

  async #callNow(name: ExportName, args: unknown[], callMs: number): Promise<unknown> {
    if (this.#failure !== null) throw this.#failure;
    const port = this.#port!;
    this.#imports.beginCall();
    this.#callBegan = performance.now();
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

  /** The ConnectorError for a WIT error of the guest. If the guest passed on an error of the host, it is that error again. */
  errorOf(refusal: GuestRefusal): ConnectorError {
    return this.#imports.given.errorOf(refusal.payload);
  }

  /** Ends the instance because an answer of the guest breaks the contract. Returns the error. */
  breach(text: string): ConnectorError {
    this.fail(new ConnectorError('guest.contract', `the guest broke its contract: ${text}; this is a bug of the component`));
    return this.#failure!;
  }

  #trapOf(name: ExportName, thrown: unknown): ConnectorError {
    if (thrown instanceof ConnectorError) return thrown;
    const words = this.#capabilities.map((one) => one.lastWords?.(this.#callBegan) ?? null).find((text) => text !== null);
    const said = words === undefined ? '' : `; its last error line: ${words}`;
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    return new ConnectorError('guest.trap', `the guest trapped in ${name}: ${what}${said}`, { cause: thrown });
  }

  #checkMemory(port: GuestPort): void {
    if (port.memoryBytes > this.#limits.memoryBytes) {
      this.fail(
        new ConnectorError(
          'guest.contract',
          `the guest uses ${port.memoryBytes} bytes of memory, the limit (memoryBytes) is ${this.#limits.memoryBytes}`,
        ),
      );
      throw this.#failure!;
    }
  }

  #overrun(what: Overrun): void {
    const name = this.#current?.name ?? 'a call';
    const text =
      what === 'guest'
        ? `the guest ran for more than ${this.#limits.guestMs} ms in ${name} without returning`
        : `the guest did not return from ${name} in time; it ${this.#waitsFor === null ? 'was running' : `waited for ${this.#waitsFor}`}`;
    this.fail(new ConnectorError('guest.deadline', text));
  }
}
