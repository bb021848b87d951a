import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { ConnectorError } from '../../../../host/base/errors.ts';
import { guard } from '../../../../host/plugin/process/serve.ts';

function guarded(): { process: EventEmitter; aborted: ConnectorError[]; crashed: unknown[]; lines: string[] } {
  const process = new EventEmitter();
  const aborted: ConnectorError[] = [];
  const crashed: unknown[] = [];
  const lines: string[] = [];
  const lifeline = { crash: (error: unknown): void => void crashed.push(error) };
  guard(
    process as unknown as Pick<NodeJS.Process, 'on'>,
    (level, message) => void lines.push(`${level}: ${message}`),
    lifeline,
    (error) => void aborted.push(error),
  );
  return { process, aborted, crashed, lines };
}

test('a rejection that nobody handles ends the streams with a status, and is logged', () => {
  const { process, aborted, crashed, lines } = guarded();
  process.emit('unhandledRejection', new Error('lost'));
  expect(aborted.map(({ code }) => code)).toEqual(['internal']);
  expect(lines[0]).toBe('error: unhandled promise rejection: lost');
  expect(crashed).toEqual([]);
});

test('an exception that nobody catches ends the streams and the process', () => {
  const { process, aborted, crashed } = guarded();
  process.emit('uncaughtException', new Error('bug'));
  expect(aborted.length).toBe(1);
  expect(crashed.length).toBe(1);
});
