/** A door to a broker that logs in as Amazon MSK does, and lets a login last as long as it is told (KIP-368). Everything else passes to the broker. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { signatureParameters } from '../../host/kafka/auth/aws-signature.ts';
import { advertisingDoor } from './advertising-door.ts';
import { frames, sized } from './kafka-frames.ts';

const [HANDSHAKE, AUTHENTICATE, API_VERSIONS] = [17, 36, 18];
const MECHANISM = 'AWS_MSK_IAM';
const [UNSUPPORTED, FAILED] = [33, 58];

export interface MskDoor {
  /** `host:port`. */
  address: string;
  requests: Record<string, string>[];
  /** Requests on connections whose login was over, or missing. */
  late: number;
  close(): void;
}

export const AWS = {
  region: 'us-east-1',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'geheim/of+aws',
  sessionToken: 'token/of+a session==',
};

/** `broker` is the address of a listener without a login. */
export async function mskDoor(broker: string, lifetimeMs: number): Promise<MskDoor> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    sockets.add(client);
    const behind = net.connect({ host: '127.0.0.1', port: Number(inner.address.split(':')[1]) });
    sockets.add(behind);
    let isOpenUntil: number | null = null;
    client.on(
      'data',
      frames((frame) => {
        const [key, correlation] = [frame.readInt16BE(0), frame.readInt32BE(4)];
        const body = frame.subarray(10 + Math.max(0, frame.readInt16BE(8)));
        if (key === HANDSHAKE) {
          const mechanism = body.toString('utf8', 2);
          return client.write(sized(answer(correlation, int16(mechanism === MECHANISM ? 0 : UNSUPPORTED), int32(1), text(MECHANISM))));
        }
        if (key === AUTHENTICATE) {
          const request = JSON.parse(body.toString('utf8', 4)) as Record<string, string>;
          door.requests.push(request);
          const isRight = request['x-amz-signature'] === signatureOf(request) && request['host'] === '127.0.0.1';
          if (isRight) isOpenUntil = performance.now() + lifetimeMs;
          const reply = Buffer.from(isRight ? '{"version":"2020_10_22","request-id":"1"}' : '');
          const parts = [
            int16(isRight ? 0 : FAILED),
            isRight ? int16(-1) : text('Access denied'),
            int32(reply.length),
            reply,
            int64(lifetimeMs),
          ];
          return client.write(sized(answer(correlation, ...parts)));
        }
        if (key !== API_VERSIONS && (isOpenUntil === null || performance.now() > isOpenUntil)) {
          door.late++;
          return client.destroy();
        }
        behind.write(sized(frame));
      }),
    );
    behind.pipe(client);
    for (const [from, to] of [[client, behind] as const, [behind, client] as const]) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const inner = await advertisingDoor(broker, { host: '127.0.0.1', port });
  const door: MskDoor = {
    address: `127.0.0.1:${port}`,
    requests: [],
    late: 0,
    close: () => {
      server.close();
      inner.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return door;
}

/** Of the request's own date, with the secrets that AWS knows. */
function signatureOf(request: Record<string, string>): string {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(request['x-amz-date'] ?? '') ?? [];
  const signed = signatureParameters({
    ...AWS,
    sessionToken: request['x-amz-security-token'] === undefined ? '' : AWS.sessionToken,
    service: 'kafka-cluster',
    method: 'GET',
    host: request['host'] ?? '',
    path: '/',
    query: { Action: request['action'] ?? '' },
    date: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`),
    expiresSeconds: Number(request['x-amz-expires']),
  });
  return signed['X-Amz-Signature']!;
}

const answer = (correlation: number, ...parts: Buffer[]): Buffer => Buffer.concat([int32(correlation), ...parts]);
const text = (value: string): Buffer => Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
