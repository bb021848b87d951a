/**
 * Replaces the class of kafkajs that logs in to a broker, for its errors and for logins that end.
 *
 * The stock class calls every failure a refused login, which no retry can mend: also a connection that is lost, or an answer that is late, while a
 * broker restarts. And its texts name neither the broker nor, where the broker lacks the mechanism, the mechanism.
 *
 * A broker may say how long a login lasts (KIP-368). kafkajs renews it with the first request of the last ten seconds; so with each request if logins
 * last ten seconds or less, which brokers refuse. Here the request queue renews it, with the first request of the last fifth to tenth of its lifetime. A
 * connection without requests is not renewed: the broker lets it log in again with its next request, whenever that is.
 */
import { ConnectorError } from '../../base/errors.ts';
import { sleep } from '../../base/wait.ts';
import { hostPort } from '../../net/host-name.ts';
import { LoginError } from '../auth/login-error.ts';
import { dialledHost } from './broker-socket.ts';
import type { RenewingQueue } from './request-queue.ts';

interface Protocol {
  request: object;
  response: { decode(bytes: Buffer): Promise<unknown>; parse(data: unknown): Promise<unknown> };
}

/** The part of kafkajs' connection that is used here. */
interface Connection {
  readonly host: string;
  readonly port: number;
  readonly sasl: { mechanism: string; prepare?(): Promise<void> };
  readonly requestQueue: RenewingQueue;
  /** Another one after each connect; null while not logged in. */
  readonly authenticatedAt: object | null;
  send(protocol: Protocol): Promise<unknown>;
}

/** The part of kafkajs' class that is used here. */
export type SaslAuthenticatorClass = new (...options: never[]) => {
  connection: Connection;
  saslHandshake: (options: { mechanism: string }) => Protocol;
  /** In milliseconds, as text; 0: no end. */
  sessionLifetime: string;
  authenticate(): Promise<void>;
};

interface KafkaError extends Error {
  type?: string;
}

/** Brokers refuse to renew a login twice within a second. */
const MIN_INTERVAL_MS = 1_100;
/** The part of its lifetime that a login has left when it is renewed. It varies, so that not all clients of a cluster renew theirs at once. */
const MIN_LEFT = 0.1,
  MAX_LEFT = 0.2;
/** What is left of a short lifetime, up to its half: a request that was sent before the renewal may reach a busy broker late. */
const MIN_LEFT_MS = 1_000;

export function saslAuthenticatorThatTells(stock: SaslAuthenticatorClass): SaslAuthenticatorClass {
  return class SaslAuthenticator extends stock {
    override async authenticate(): Promise<void> {
      const { connection } = this;
      await connection.sasl.prepare?.();
      const begun = performance.now();
      const lastSent = await this.#login(connection);
      const lifetimeMs = Number(this.sessionLifetime);
      // Otherwise kafkajs would renew the login as well.
      this.sessionLifetime = '0';
      if (lifetimeMs === 0) return connection.requestQueue.renewLogin(null);
      const leftMs = lifetimeMs * (MIN_LEFT + Math.random() * (MAX_LEFT - MIN_LEFT));
      // The lifetime begins when the broker has got the last request of the login.
      const dueAt = lastSent + lifetimeMs - Math.max(leftMs, Math.min(MIN_LEFT_MS, lifetimeMs / 2));
      let login: object | null = null;
      connection.requestQueue.renewLogin({
        isDue: () => {
          // The connection's login while it is not made again.
          login ??= connection.authenticatedAt;
          return login !== null && connection.authenticatedAt === login && performance.now() >= dueAt;
        },
        login: async () => {
          await sleep(begun + MIN_INTERVAL_MS - performance.now());
          if (connection.authenticatedAt === login) await this.authenticate();
        },
      });
    }

    /** Returns when the last request was sent, on the clock of `performance.now()`. */
    async #login(connection: Connection): Promise<number> {
      const { saslHandshake } = this;
      const mechanism = connection.sasl.mechanism.toUpperCase();
      const address = hostPort(dialledHost(connection.host), connection.port);
      let lastSent = 0;
      let failure: KafkaError | null = null;
      let offered: readonly string[] = [];
      // A copy that replaces `send` only. It inherits the rest, because kafkajs stores its state of the mechanism in the connection's `sasl`.
      this.connection = Object.assign(Object.create(connection) as Connection, {
        send: async (protocol: Protocol): Promise<unknown> => {
          lastSent = performance.now();
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
        return lastSent;
      } catch (error) {
        throw told((failure as KafkaError | null) ?? (error as KafkaError), error as KafkaError, { mechanism, address, offered });
      } finally {
        this.connection = connection;
        this.saslHandshake = saslHandshake;
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

/** What an operator checks of a refused login. */
function advice(mechanism: string): string {
  if (mechanism === 'OAUTHBEARER') return 'check oauth.clientID, oauth.scope, oauth.extensions, and what the brokers demand of a token';
  if (mechanism === 'AWS_MSK_IAM')
    return "check aws.accessKeyID, aws.secretAccessKey, aws.sessionToken, aws.region, the IAM policy, and this machine's clock";
  return 'check saslUsername and saslPassword';
}

/** `failure` is the failed request if there was one, `wrapped` what kafkajs makes of it. */
function told(failure: KafkaError, wrapped: KafkaError, { mechanism, address, offered }: Login): KafkaError {
  if (failure.type === 'UNSUPPORTED_SASL_MECHANISM') {
    const instead = offered.length === 0 ? '' : `, which offers ${offered.join(', ')}`;
    failure.message = `SASL ${mechanism} is not enabled at ${address}${instead}: change saslMechanism, or the broker's sasl.enabled.mechanisms`;
    return failure;
  }
  if (failure.type === 'ILLEGAL_SASL_STATE') {
    failure.message = `the listener at ${address} takes no SASL ${mechanism} login: change the port in servers, or remove saslMechanism and the settings of the login`;
    return failure;
  }
  if (wrapped instanceof ConnectorError || (wrapped instanceof LoginError && wrapped.retriable)) return wrapped;
  // The broker did not refuse the login, it did not answer.
  if (failure !== wrapped && failure.type === undefined) return failure;
  wrapped.message = `SASL ${mechanism} login at ${address} failed: ${failure.message}: ${advice(mechanism)}`;
  if (failure.type !== undefined) wrapped.type = failure.type;
  return wrapped;
}
