/**
 * Replaces the class of kafkajs that logs in to a broker, for its errors. The stock class calls every failure a refused login, which no retry can
 * mend: also a connection that is lost, or an answer that is late, while a broker restarts. And its texts name neither the broker nor, where the
 * broker lacks the mechanism, the mechanism.
 */
import { hostPort } from '../../net/host-name.ts';
import { dialledHost } from './broker-socket.ts';

interface Protocol {
  request: object;
  response: { decode(bytes: Buffer): Promise<unknown>; parse(data: unknown): Promise<unknown> };
}

/** The part of kafkajs' connection that is used here. */
interface Connection {
  readonly host: string;
  readonly port: number;
  readonly sasl: { mechanism: string };
  send(protocol: Protocol): Promise<unknown>;
}

/** The part of kafkajs' class that is used here. */
export type SaslAuthenticatorClass = new (...options: never[]) => {
  connection: Connection;
  saslHandshake: (options: { mechanism: string }) => Protocol;
  authenticate(): Promise<void>;
};

interface KafkaError extends Error {
  type?: string;
}

export function saslAuthenticatorThatTells(stock: SaslAuthenticatorClass): SaslAuthenticatorClass {
  return class SaslAuthenticator extends stock {
    override async authenticate(): Promise<void> {
      const { connection, saslHandshake } = this;
      const mechanism = connection.sasl.mechanism.toUpperCase();
      const address = hostPort(dialledHost(connection.host), connection.port);
      let failure: KafkaError | null = null;
      let offered: readonly string[] = [];
      // A copy that replaces `send` only. It inherits the rest, because kafkajs stores its state of the mechanism in the connection's `sasl`.
      this.connection = Object.assign(Object.create(connection) as Connection, {
        send: async (protocol: Protocol): Promise<unknown> => {
          try {
            return await connection.send(protocol);
          } catch (error) {
            failure = error as KafkaError;
            throw error;
          }
        },
      });
      this.saslHandshake = (options) => {
        const { request, response } = saslHandshake(options);
        const parse = (data: unknown): Promise<unknown> => {
          offered = (data as { enabledMechanisms: string[] }).enabledMechanisms;
          return response.parse(data);
        };
        return { request, response: { ...response, parse } };
      };
      try {
        await super.authenticate();
      } catch (error) {
        throw told((failure as KafkaError | null) ?? (error as KafkaError), error as KafkaError, { mechanism, address, offered });
      }
    }
  };
}

interface Login {
  mechanism: string;
  address: string;
  /** Mechanisms of the broker; empty if it did not tell them. */
  offered: readonly string[];
}

/** `failure` is the failed request if there was one, `wrapped` what kafkajs makes of it. */
function told(failure: KafkaError, wrapped: KafkaError, { mechanism, address, offered }: Login): KafkaError {
  if (failure.type === 'UNSUPPORTED_SASL_MECHANISM') {
    const instead = offered.length === 0 ? '' : `, which offers ${offered.join(', ')}`;
    failure.message = `SASL ${mechanism} is not enabled at ${address}${instead}: change saslMechanism, or the broker's sasl.enabled.mechanisms`;
    return failure;
  }
  if (failure.type === 'ILLEGAL_SASL_STATE') {
    failure.message = `the listener at ${address} takes no SASL ${mechanism} login: change the port in servers, or remove saslMechanism, saslUsername and saslPassword`;
    return failure;
  }
  // The broker did not refuse the login, it did not answer.
  if (failure !== wrapped && failure.type === undefined) return failure;
  wrapped.message = `SASL ${mechanism} login at ${address} failed: ${failure.message}: check saslUsername and saslPassword`;
  if (failure.type !== undefined) wrapped.type = failure.type;
  return wrapped;
}
