import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DataWriter } from '../../../../host/conduit/data-writer.ts';
import { dataOf } from '../../../../host/conduit/record-fields.ts';
import { readPlainStruct } from '../../../../host/conduit/struct-reader.ts';
import { Net } from '../../../../host/net/net.ts';
import { Registry, type RegistryOptions } from '../../../../host/schema/confluent/registry.ts';
import type { Json } from '../../../../host/schema/json/json-values.ts';
import { writeObject } from '../../../../host/schema/json/json-values.ts';

/** A message that the Python serializers of Confluent (confluent-kafka 2.16.1) wrote, with its schema as the registry had it. */
export interface Serialized {
  name: string;
  format: 'avro' | 'json-schema' | 'protobuf';
  id: number;
  schema: string;
  references: { name: string; subject: string; version: number; schema: string }[];
  /** Base64. */
  bytes: string;
  /** What it decodes to: an object is structured data, a text is raw data. */
  data: { [key: string]: Json } | string;
}

export const serialized = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'fixtures/serialized.json'), 'utf8'),
) as readonly Serialized[];

/** The content of a message `opencdc.v1.Data`: an object if it is structured, a text if it is raw. */
export function contentOf(data: Uint8Array): unknown {
  const { raw, structured } = dataOf(data);
  // Through JSON, so that objects without a prototype compare.
  return structured === null ? Buffer.from(raw!).toString() : (JSON.parse(JSON.stringify(readPlainStruct(structured))) as unknown);
}

/** A message `opencdc.v1.Data`: structured for an object, raw for a text. */
export function dataFor(content: { [key: string]: Json } | string | Uint8Array): Uint8Array {
  const writer = new DataWriter();
  if (typeof content === 'string' || content instanceof Uint8Array) return writer.raw(Buffer.from(content as string));
  return writer.structured((sink) => writeObject(sink, content));
}

export function registryAt(urls: string[], more: Partial<RegistryOptions> = {}): { registry: Registry; lines: string[] } {
  const lines: string[] = [];
  const log: RegistryOptions['log'] = (level, line) => void lines.push(`${level}: ${line}`);
  return { registry: new Registry({ urls, net: new Net(), log, authorization: null, ...more }), lines };
}
