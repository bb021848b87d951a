import type { Specification } from '../../runtime/contract.ts';
import type { Call, CallHandlers } from '../grpc/call.ts';
import type { Method } from '../grpc/server.ts';
import { STATUS, StatusError } from '../grpc/status.ts';
import { EMPTY, decodeString, encodeInteger, encodeSpecifyResponse } from '../../conduit/protocol-messages.ts';
import { statusOf } from './grpc-status.ts';

/** `grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING`. */
const SERVING = 1;
/** The name under which go-plugin asks for the health of a plugin; the empty one is the whole server. */
const HEALTH_NAMES = new Set(['', 'plugin']);

export interface ProcessServicesOptions {
  specify(): Promise<Specification>;
  /** Called when Conduit calls Shutdown, before the answer is sent. */
  shutdown(): void;
}

/** The services that do not depend on the connector: specification, health, and the services of go-plugin. */
export function processServices(options: ProcessServicesOptions): [path: string, method: Method][] {
  return [
    [
      '/connector.v2.SpecifierPlugin/Specify',
      {
        unary: async () => {
          try {
            return encodeSpecifyResponse(await options.specify());
          } catch (error) {
            throw statusOf(error);
          }
        },
      },
    ],
    ['/grpc.health.v1.Health/Check', { unary: (request) => Promise.resolve().then(() => health(request)) }],
    ['/grpc.health.v1.Health/Watch', { stream: watchHealth }],
    [
      '/plugin.GRPCController/Shutdown',
      {
        unary: () => {
          options.shutdown();
          return Promise.resolve(EMPTY);
        },
      },
    ],
    // Both streams stay open without messages until the client ends them. Without a stream, Conduit's client would count as idle after half an hour.
    ['/plugin.GRPCStdio/StreamStdio', { stream: idle }],
    ['/plugin.GRPCBroker/StartStream', { stream: idle }],
  ];
}

function health(request: Uint8Array): Uint8Array {
  const service = decodeString(request);
  if (!HEALTH_NAMES.has(service)) throw new StatusError(STATUS.notFound, `unknown service ${service}`);
  return encodeInteger(SERVING);
}

function watchHealth(call: Call): CallHandlers {
  return {
    message: (request) => {
      try {
        call.write(health(request));
      } catch (error) {
        call.fail(error);
      }
    },
  };
}

function idle(): CallHandlers {
  return { message: () => {} };
}
