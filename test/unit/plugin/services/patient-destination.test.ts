import { expect, test } from 'vitest';
import { patientDestination } from '../../../../host/plugin/services/patient-destination.ts';
import type { DestinationPort } from '../../../../host/plugin/services/ports.ts';

async function configured(config: Record<string, string>): Promise<Record<string, string>> {
  let seen: Record<string, string> = {};
  const connector = {
    configure: async (given: Record<string, string>) => {
      seen = given;
      return [];
    },
  };
  await patientDestination(connector as unknown as DestinationPort).configure(config);
  return seen;
}

test('a destination of Conduit has no delivery timeout unless one is set', async () => {
  expect(await configured({ servers: 'localhost:9092' })).toEqual({ servers: 'localhost:9092', deliveryTimeout: '0s' });
  expect(await configured({ deliveryTimeout: ' ' })).toEqual({ deliveryTimeout: '0s' });
});

test.each<Record<string, string>>([{ deliveryTimeout: '10s' }, { ' deliveryTimeout ': '10s' }, { deliveryTimeout: 'soon' }])(
  'a delivery timeout that is set reaches the connector as it is: %j',
  async (config) => {
    expect(await configured(config)).toEqual(config);
  },
);
