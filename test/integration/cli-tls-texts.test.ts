import { describe, expect, it } from 'vitest';
import { sharedBroker } from '../support/broker.ts';
import { skipped } from '../support/skipped.ts';
import { cli } from '../unit/cli/spawned.ts';

const { servers, sslServers, mtlsServers, tls } = sharedBroker();
const whyNot = tls === null ? 'the given cluster names no TLS listeners' : null;
const source = (...settings: string[]) => cli(['source', '--idle', '1s', ...settings.flatMap((one) => ['-c', one]), '-c', 'topics=any']);

describe.skipIf(whyNot !== null)(`a wrong TLS setting${skipped(whyNot)}`, () => {
  it('of a client without TLS at a TLS listener says that the client does not use it', async () => {
    const { code, err } = await source(`servers=${sslServers}`);
    expect(err).toContain('where the broker expects TLS and the client does not use it: set tls.enabled to true');
    expect(code).toBe(3);
  });

  it('of a client with TLS at a plaintext listener says that the client uses it', async () => {
    const { code, err } = await source(`servers=${servers}`, `caCert=${tls!.caCert}`);
    expect(err).toContain('where the client uses TLS and the broker does not: turn TLS off');
    expect(code).toBe(3);
  });

  it('without the authority of the broker names caCert, and gives no advice for Node', async () => {
    const { err } = await source(`servers=${sslServers}`, 'tls.enabled=true');
    expect(err).toMatch(/certificate signed by unknown authority \([^;]*\): put the certificate of that authority into caCert/);
    expect(err).not.toContain('Node.js');
  });

  it('without a client certificate where the broker demands one names the settings', async () => {
    const { err } = await source(`servers=${mtlsServers}`, `caCert=${tls!.caCert}`);
    expect(err).toContain('check clientCert and clientKey');
  });
});
