/** A small schema registry that speaks the API of Confluent, in this process, for tests that need its failures. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface Schema {
  schema: string;
  schemaType?: string;
  references?: { name: string; subject: string; version: number }[];
}

export class FakeRegistry {
  readonly requests: { method: string; path: string; authorization: string | undefined }[] = [];
  /** Schemas by identifier. */
  readonly schemas = new Map<number, Schema>();
  /** Identifiers of the versions of a subject, from version 1 on. */
  readonly subjects = new Map<string, number[]>();
  /** Answers in place of the registry; undefined: the registry answers. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(tls?: { key: string; cert: string }) {
    const answer = (request: IncomingMessage, response: ServerResponse): void => void this.#answer(request, response);
    this.#server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  add(subject: string, id: number, schema: Schema): void {
    this.schemas.set(id, schema);
    this.subjects.set(subject, [...(this.subjects.get(subject) ?? []), id]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    this.requests.push({ method: request.method ?? '', path, authorization: request.headers.authorization });
    let body = '';
    for await (const part of request as AsyncIterable<Buffer>) body += String(part);
    if (this.intercept(request, response)) return;
    const send = (status: number, content: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(content));
    const byId = /^\/schemas\/ids\/(\d+)$/.exec(path);
    if (path === '/schemas/types') return send(200, ['AVRO', 'JSON', 'PROTOBUF']);
    if (byId !== null) {
      const schema = this.schemas.get(Number(byId[1]));
      return schema === undefined ? send(404, { error_code: 40403, message: `Schema ${byId[1]} not found` }) : send(200, schema);
    }
    const [, subject = '', versions, version] = /^\/subjects\/([^/]+)(\/versions(?:\/(\w+))?)?$/.exec(path) ?? [];
    const name = decodeURIComponent(subject);
    const ids = this.subjects.get(name) ?? [];
    if (request.method === 'GET') {
      const id = version === 'latest' ? ids.at(-1) : ids[Number(version) - 1];
      if (id === undefined) return send(404, { error_code: 40401, message: `Subject '${name}' not found.` });
      return send(200, { subject: name, version: ids.indexOf(id) + 1, id, ...this.schemas.get(id) });
    }
    const asked = JSON.parse(body) as Schema;
    let id = ids.find((one) => this.schemas.get(one)?.schema === asked.schema);
    if (id === undefined && versions === undefined) return send(404, { error_code: 40403, message: 'Schema not found' });
    if (id === undefined) {
      id = this.schemas.size + 1;
      this.add(name, id, asked);
    }
    send(200, { id });
  }
}
