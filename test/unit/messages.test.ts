import { expect, test } from 'vitest';
import { committedMessages, messagesPage } from '../../tools/messages.mjs';

test('docs/messages.md lists the texts of the code as it is today', () => {
  expect(committedMessages(), 'docs/messages.md is out of date: run make docs').toBe(messagesPage());
});

test('the list has errors by code, log lines by level, problems of settings and the reasons within others', () => {
  const page = messagesPage();
  const part = (heading: string): string => page.slice(page.indexOf(heading), page.indexOf('\n##', page.indexOf(heading) + 1));
  expect(part('### `environment`')).toContain('| the output cannot be written: {message} | host/cli/lines/line-output.ts |');
  expect(part('### `warn`')).toContain('| waiting for topics that do not exist | host/kafka/consume/missing-topics.ts |');
  expect(part('### `warn`')).toContain('| "topic" is deprecated, use "topics" instead | assembly/settings/topics.ts |');
  expect(part('## Problems of settings and records')).toContain('| invalid servers: empty {i}. server | assembly/settings/servers.ts |');
  expect(part('## Reasons and hints')).toContain('| dial tcp: lookup {host}: no such host | host/kafka/kafkajs/errors.ts |');
  expect(page).not.toContain('Compression of the record batches'); // a setting's description: docs/configuration.md has it
});
