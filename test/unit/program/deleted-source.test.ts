import { expect, test } from 'vitest';
import { Net } from '../../../host/net/net.ts';
import { kafkaProgram } from '../../../host/program/kafka.ts';

test('the clean-up after a deleted source asks the policy of its network, and says what was refused', async () => {
  const asked: string[] = [];
  const lines: string[] = [];
  const net = new Net({
    policy: ({ host, asker }) => {
      asked.push(`${asker} -> ${host}`);
      return 'no address is allowed here';
    },
  });
  await kafkaProgram().sourceDeleted!(
    { servers: '127.0.0.1:9', topics: 't' },
    { connectorId: 'p:src', log: (_level, message) => void lines.push(message), net },
  );
  expect(asked).toContain('clean-up of consumer groups -> 127.0.0.1');
  expect(lines.join('\n')).toContain('no address is allowed here');
});
