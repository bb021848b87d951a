import { describe, expect, test } from 'vitest';
import { addressClass } from '../../../host/net/address-class.ts';
import { hostName } from '../../../host/net/host-name.ts';
import { SPELLINGS_OF_LOOPBACK } from './spellings.ts';

describe('a host', () => {
  test.each(SPELLINGS_OF_LOOPBACK)('spelled %s is 127.0.0.1', (spelling) => {
    expect(hostName(spelling)).toEqual({ host: '127.0.0.1', lookup: expect.any(String), address: '127.0.0.1' });
  });

  test.each([
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::1%lo', '::1'],
    ['FE80::1%eth0', 'fe80::1%eth0'],
    ['0', '0.0.0.0'],
    ['::', '::'],
    ['64:ff9b::7f00:1', '64:ff9b::7f00:1'],
  ])('spelled %s is the address %s', (spelling, address) => {
    expect(hostName(spelling)).toMatchObject({ host: address, address });
  });

  test.each([
    ['Broker-1.Example.COM', 'broker-1.example.com', 'broker-1.example.com'],
    ['broker.example.com.', 'broker.example.com', 'broker.example.com.'],
    ['kafka_1', 'kafka_1', 'kafka_1'],
    ['münchen.example', 'xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['0xzz', '0xzz', '0xzz'],
  ])('named %s is looked up as it is meant', (spelling, host, lookup) => {
    expect(hostName(spelling)).toEqual({ host, lookup, address: null });
  });

  test.each([
    '',
    '.',
    ' ',
    'a b',
    '%31',
    'a/b',
    'user@host',
    'host:1',
    '256.1.1.1',
    '08.0.0.1',
    '1.2.3.4.5',
    'a\u0000b',
    '[::1',
    '127.0.0.1%lo',
    'a#b',
  ])('is not %j', (text) => {
    expect(() => hostName(text)).toThrow('expected a host name or an IP address');
  });
});

describe('an address is of the class', () => {
  test.each([
    ['loopback', ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1']],
    ['unspecified', ['0.0.0.0', '0.1.2.3', '::']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd12::1', 'fec0::1', '::ffff:10.1.2.3']],
    ['shared', ['100.64.0.1', '100.127.255.255']],
    ['link-local', ['169.254.1.1', 'fe80::1', 'fe80::1%eth0']],
    ['metadata', ['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254', '100.100.100.200']],
    ['multicast', ['224.0.0.1', 'ff02::1']],
    ['translated', ['64:ff9b::a9fe:a9fe', '2002:7f00:1::', '2001::1', '::ffff:0:7f00:1', '::7f00:1']],
    ['reserved', ['255.255.255.255', '240.0.0.1', '192.0.2.1', '2001:db8::1']],
    ['public', ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '1.1.1.1']],
  ] as const)('%s', (name, addresses) => {
    expect(addresses.map((address) => [address, addressClass(address)])).toEqual(addresses.map((address) => [address, name]));
  });
});
