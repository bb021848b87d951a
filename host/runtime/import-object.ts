import { ConnectorError } from '../base/errors.ts';
import type { HostCall, LocalFactory } from './capability.ts';
import { camelCase, type FunctionShape, type ImportShape, type LocalShape, type ResourceShape } from './import-shape.ts';

/** The way of a guest's imports to the host: direct calls on the same thread, or messages. They fail with WitFailure only. */
export interface HostLink {
  request(number: number, args: unknown[]): Promise<unknown>;
  /** Missing if the host is on another thread, which cannot answer at once. */
  callNow?(number: number, args: unknown[]): unknown;
  tell(number: number, args: unknown[]): void;
}

/** The import object of one instance, in the form that the module written by jco expects. */
export function importObject(
  shapes: readonly ImportShape[],
  link: HostLink,
  localFactory: (local: LocalShape, index: number) => LocalFactory,
): Readonly<Record<string, object>> {
  const imports: Record<string, object> = {};
  for (const [index, { key, functions, resources, local }] of shapes.entries()) {
    const members: Record<string, unknown> = {};
    for (const one of functions) members[one.name] = importFunction(one, link);
    for (const one of resources) members[one.className] = resourceClass(one, link);
    if (local !== null) Object.assign(members, localFunctions(local, localFactory(local, index), link));
    imports[key] = members;
  }
  return new Proxy(imports, { get: known });
}

/** jco's module takes each interface by its key. An interface that is not here is not in the manifest, so it was never checked or granted. */
function known(imports: Record<string, object>, key: string | symbol): object | undefined {
  if (typeof key === 'symbol' || Object.hasOwn(imports, key)) return imports[key as string];
  throw new ConnectorError('policy.denied', `the component imports ${key}, which its manifest does not name: build the component again`);
}

function localFunctions(local: LocalShape, make: LocalFactory, link: HostLink): Record<string, HostCall> {
  const made = make(local.options as never, (name, ...args) => link.tell(local.tells[name]!, args));
  return Object.fromEntries(Object.entries(made).map(([name, call]) => [camelCase(name), call]));
}

function importFunction({ number, waits }: FunctionShape, link: HostLink): (...args: unknown[]) => unknown {
  return waits ? (...args) => link.request(number, args) : (...args) => link.callNow!(number, args);
}

/** The class by which jco knows a resource. Each instance has a class of its own, because a static function has no `this` that names its instance. */
function resourceClass(shape: ResourceShape, link: HostLink): object {
  class Resource {
    readonly handle: number;
    constructor(handle: number) {
      this.handle = handle;
    }
    /** The guest dropped the handle without closing it. */
    [Symbol.dispose](): void {
      link.request(shape.drop, [this.handle]).catch(() => undefined);
    }
  }
  const define = (target: object, name: string, value: unknown): void => void Object.defineProperty(target, name, { value });
  for (const { name, number } of shape.opens) {
    define(Resource, name, async (...args: unknown[]) => new Resource((await link.request(number, args)) as number));
  }
  for (const { name, number } of shape.closes) {
    define(Resource, name, (resource: Resource) => link.request(number, [resource.handle]));
  }
  for (const one of shape.methods) {
    const call = importFunction(one, link);
    define(Resource.prototype, one.name, function (this: Resource, ...args: unknown[]) {
      return call(this.handle, ...args);
    });
  }
  return Resource;
}
