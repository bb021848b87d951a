import type { DestinationExports, SourceExports, SpecifierExports } from './contract.ts';

/** The exports that jco's `instantiate` returns. Each is async (JSPI), and rejects with an object that has `payload` for a WIT error. */
export interface GuestExports {
  specifier: SpecifierExports;
  source: SourceExports;
  destination: DestinationExports;
}

/** `interface.function`: the name of an export in the messages between threads. */
export type ExportName =
  'specifier.specify' | `source.${keyof GuestExports['source']}` | `destination.${keyof GuestExports['destination']}`;

/** Calls an export by its name. */
export function callExport(guest: GuestExports, name: ExportName, args: unknown[]): Promise<unknown> {
  const [iface, func] = name.split('.') as [keyof GuestExports, string];
  const exported = (guest[iface] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[func];
  return exported!(...args);
}

/** A WIT error that the guest returned. If a call rejects with anything else, the guest is gone. */
export class GuestRefusal {
  readonly payload: unknown;
  constructor(payload: unknown) {
    this.payload = payload;
  }
  static of(thrown: unknown): GuestRefusal | null {
    return typeof thrown === 'object' && thrown !== null && Object.hasOwn(thrown, 'payload')
      ? new GuestRefusal((thrown as { payload: unknown }).payload)
      : null;
  }
}
