/** Quotas of clients, which kafkajs has no means to set. */
import { once } from 'node:events';
import net from 'node:net';

const ALTER_CLIENT_QUOTAS = 49;

const int16 = (n: number): Buffer => Buffer.from(Int16Array.of(n).buffer).swap16();
const int32 = (n: number): Buffer => Buffer.from(Int32Array.of(n).buffer).swap32();
const float64 = (n: number): Buffer => Buffer.from(Float64Array.of(n).buffer).swap64();
const string = (text: string): Buffer => Buffer.concat([int16(text.length), Buffer.from(text)]);
const boolean = (value: boolean): Buffer => Buffer.of(value ? 1 : 0);

/** The brokers let this client id read so many bytes a second. (AlterClientQuotas, version 0.) */
export async function limitConsumer(server: string, clientId: string, bytesPerSecond: number): Promise<void> {
  const entity = Buffer.concat([int32(1), string('client-id'), string(clientId)]);
  const operation = Buffer.concat([int32(1), string('consumer_byte_rate'), float64(bytesPerSecond), boolean(false)]);
  const header = Buffer.concat([int16(ALTER_CLIENT_QUOTAS), int16(0), int32(1), string('test')]);
  const request = Buffer.concat([header, int32(1), entity, operation, boolean(false)]);
  const at = server.lastIndexOf(':');
  const socket = net.connect({ host: server.slice(0, at), port: Number(server.slice(at + 1)) });
  socket.write(Buffer.concat([int32(request.length), request]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  // Length, correlation id, throttle time, number of entries, error code of the first.
  const code = answer.readInt16BE(16);
  if (code !== 0) throw new Error(`the broker refuses the quota: error ${code}`);
}
