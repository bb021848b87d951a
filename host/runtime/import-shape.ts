import { withoutVersion, type Capability, type HostFunction, type HostResource, type LocalFunctions } from './capability.ts';

/**
 * The table of an instance's imports without their code, so that it can be sent to a worker. Functions are numbered: a message to the host's thread
 * names a function by its number, which is shorter than a text.
 */
export interface ImportShape {
  /** Name of the interface without its version, which is the key that jco uses. */
  key: string;
  functions: FunctionShape[];
  resources: ResourceShape[];
  local: LocalShape | null;
}
export interface FunctionShape {
  /** The name that jco uses: in camel case. */
  name: string;
  number: number;
  waits: boolean;
}
export interface ResourceShape {
  /** The class name that jco uses. */
  className: string;
  opens: FunctionShape[];
  methods: FunctionShape[];
  closes: FunctionShape[];
  /** Number of the function that closes a handle which the guest has dropped. */
  drop: number;
}
export interface LocalShape extends Omit<LocalFunctions, 'make' | 'names'> {
  /** Name and version of the interface. */
  interface: string;
  /** Numbers of the host functions that the local functions may call, by name. */
  tells: Record<string, number>;
}

/** The function behind a number, on the host's thread. */
export type ImportEntry = { label: string } & (
  | { kind: 'function'; function: HostFunction }
  | { kind: 'open'; resource: HostResource; open: HostResource['opens'][string] }
  | { kind: 'method'; resource: HostResource; function: HostFunction }
  | { kind: 'close'; resource: HostResource }
);

/** Numbers every function that the capabilities offer. */
export function numberImports(capabilities: readonly Capability[]): { shapes: ImportShape[]; entries: ImportEntry[] } {
  const entries: ImportEntry[] = [];
  const number = (entry: ImportEntry): number => entries.push(entry) - 1;
  const shapes = capabilities.map((capability): ImportShape => {
    const { functions = {}, resources = {}, local } = capability;
    const own = Object.entries(functions).map(([name, one]) => ({
      wit: name,
      shape: { name: camelCase(name), number: number({ kind: 'function', label: name, function: one }), waits: one.waits },
    }));
    return {
      key: withoutVersion(capability.interface),
      functions: own.filter(({ wit }) => local?.names.includes(wit) !== true).map(({ shape }) => shape),
      resources: Object.entries(resources).map(([name, one]) => resourceShape(name, one, number)),
      local: local
        ? {
            interface: capability.interface,
            module: local.module,
            options: local.options,
            tells: Object.fromEntries(own.map(({ wit, shape }) => [wit, shape.number])),
          }
        : null,
    };
  });
  return { shapes, entries };
}

function resourceShape(name: string, resource: HostResource, number: (entry: ImportEntry) => number): ResourceShape {
  const label = (of: string): string => `${name}.${of}`;
  const close = number({ kind: 'close', label: label('close'), resource });
  return {
    className: camelCase(name).replace(/^./, (first) => first.toUpperCase()),
    opens: Object.entries(resource.opens).map(([of, open]) => ({
      name: camelCase(of),
      number: number({ kind: 'open', label: label(of), resource, open }),
      waits: true,
    })),
    methods: Object.entries(resource.methods).map(([of, one]) => ({
      name: camelCase(of),
      number: number({ kind: 'method', label: label(of), resource, function: one }),
      waits: one.waits,
    })),
    closes: resource.closes.map((of) => ({ name: camelCase(of), number: close, waits: true })),
    drop: close,
  };
}

/** `get-random-u64` -> `getRandomU64`, as jco names things. */
export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, first: string) => first.toUpperCase());
}
