import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import type { MessageNode } from './message-order.ts';

const BASE64 = /^[A-Za-z0-9+/]{4,}={0,2}$/;

interface MessageDescriptor {
  name?: string;
  nestedType?: MessageDescriptor[];
  options?: { mapEntry?: boolean };
}
interface FileDescriptor {
  package?: string;
  syntax?: string;
  edition?: number;
  enumType?: object[];
  messageType?: MessageDescriptor[];
}

/** Adds the file of a serialized `FileDescriptorProto` in base64 to a root; null if the text is none. */
export function fileOfDescriptor(text: string, root: protobuf.Root): { package: string; messages: MessageNode[] } | null {
  if (!BASE64.test(text)) return null;
  const file = descriptor.FileDescriptorProto.decode(Buffer.from(text, 'base64')) as unknown as FileDescriptor;
  const space = file.package === undefined || file.package === '' ? root : root.define(file.package);
  const context = { edition: editionOf(file), keepCase: true };
  for (const one of file.messageType ?? []) space.add(made(protobuf.Type, one, context));
  for (const one of file.enumType ?? []) space.add(made(protobuf.Enum, one, context));
  return { package: file.package ?? '', messages: (file.messageType ?? []).map(nodeOf) };
}

function nodeOf({ name = '', nestedType = [], options }: MessageDescriptor): MessageNode {
  return { name: options?.mapEntry === true ? null : name, messages: nestedType.map(nodeOf) };
}

/** The extension of protobufjs adds this function to its classes; their types do not have it. */
function made(of: object, descriptor: object, context: object): protobuf.ReflectionObject {
  return (of as { fromDescriptor(descriptor: object, context: object): protobuf.ReflectionObject }).fromDescriptor(descriptor, context);
}

/** `google.protobuf.Edition` counts 2023 as 1000, 2024 as 1001. */
function editionOf({ syntax, edition = 0 }: FileDescriptor): string {
  if (syntax !== 'editions') return syntax === 'proto3' ? 'proto3' : 'proto2';
  if (edition < 1000 || edition > 1001) throw new Error('it has an edition that is not supported');
  return String(edition + 1023);
}
