import protobuf from 'protobufjs';

/** The messages of a file in the order of their declaration, as the message indexes of Confluent's wire format count them. */
export interface MessageNode {
  /** Null: the entry of a map, which is a message of its own there. */
  readonly name: string | null;
  readonly messages: MessageNode[];
}

/**
 * Finds the messages in the text of a .proto file that protobufjs has parsed before. protobufjs itself does not keep the order of messages and maps, and
 * protoc makes a message of each map.
 */
export function messageOrder(text: string): MessageNode[] {
  const tokens = protobuf.tokenize(text, false);
  const top: MessageNode[] = [];
  /** The open blocks; null: a block that declares no messages. A `oneof` declares into its message. */
  const open: (MessageNode[] | null)[] = [top];
  let statement: string[] = [];
  for (let token = tokens.next(); token !== null; token = tokens.next()) {
    const messages = open.at(-1) ?? null;
    if (token === ';') statement = [];
    else if (token === '}') {
      open.pop();
      statement = [];
    } else if (token === '{') {
      const [first = '', second = ''] = statement;
      const isValue = statement.includes('=') || statement.includes('[');
      const group = groupOf(statement);
      if (messages !== null && first === 'message') open.push(declared(messages, second));
      else if (messages !== null && group !== null) open.push(declared(messages, group));
      else if (messages !== null && first === 'oneof' && !isValue) open.push(messages);
      else if (messages !== null && first === 'extend') open.push(messages);
      else open.push(null);
      if (group === null && isValue) continue; // a block in the options of a field, whose statement goes on
      statement = [];
    } else {
      statement.push(token);
      if (messages !== null && messages !== top && statement.length === 2 && statement[0] === 'map' && token === '<')
        messages.push({ name: null, messages: [] });
    }
  }
  return top;
}

function declared(messages: MessageNode[], name: string): MessageNode[] {
  const node = { name, messages: [] };
  messages.push(node);
  return node.messages;
}

/** The name of a group of proto2: `optional group Name = 1 {`. */
function groupOf(statement: readonly string[]): string | null {
  const at = statement.indexOf('group');
  return at >= 0 && at <= 1 ? (statement[at + 1] ?? null) : null;
}
