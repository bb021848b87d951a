import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const PROTO_FOLDER = fileURLToPath(new URL('../../proto/', import.meta.url));
const FILES = [
  'connector/v2/specifier',
  'connector/v2/source',
  'connector/v2/destination',
  'connutils/v1/schema',
  'plugin/plugin',
  'grpc/health/v1/health',
];

function load(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith('google/') ? target : PROTO_FOLDER + target);
  for (const file of FILES) root.loadSync(`${file}.proto`, { keepCase: true });
  root.resolveAll();
  return root;
}

/** Everything in proto/, through protobufjs' reflection: a second implementation next to the hand-written one of the host. */
export const protocol = load();

export function encode(type: string, message: object): Buffer {
  const found = protocol.lookupType(type);
  return Buffer.from(found.encode(found.fromObject(message)).finish());
}

export function decode<T>(type: string, bytes: Uint8Array): T {
  const found = protocol.lookupType(type);
  return found.toObject(found.decode(bytes), { defaults: true, bytes: Buffer, longs: Number }) as T;
}

/** Request and response types of a method: `/connector.v2.SourcePlugin/Stop`. */
export function typesOf(path: string): { request: string; response: string } {
  const [service, method] = path.slice(1).split('/') as [string, string];
  const found = protocol.lookupService(service).methods[method];
  if (!found) throw new Error(`no method ${path} in proto/`);
  found.resolve();
  return { request: found.resolvedRequestType!.fullName, response: found.resolvedResponseType!.fullName };
}

export interface Data {
  raw_data?: Buffer;
  structured_data?: object;
}
export interface OpencdcRecord {
  position: Buffer;
  operation: number;
  metadata: Record<string, string>;
  key?: Data | null;
  payload?: { before?: Data | null; after?: Data | null } | null;
}
export interface Ack {
  position: Buffer;
  error: string;
}
