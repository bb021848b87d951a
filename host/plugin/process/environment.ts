import { LOG_LEVELS, type LogLevel } from '../../base/log.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';

/** The variable by which go-plugin tells a program that it was started as a plugin, and not by hand. */
const COOKIE_NAME = 'CONDUIT_PLUGIN_MAGIC_COOKIE';
const COOKIE = '204e8e812c3a1bb73b838928c575b42a105dd2e9aa449be481bc4590486df53f';
/** The one version of Conduit's connector protocol that this plugin speaks. Conduit has it since v0.11. */
const PROTOCOL_VERSION = 2;

type Variables = Readonly<Record<string, string | undefined>>;

/** Settings that Conduit gives to a plugin process. */
export interface PluginEnvironment {
  /** `<pipeline>:<connector>`, or a word of Conduit's for processes that run no connector. Empty if Conduit did not set it. */
  connectorId: string;
  /** Address of Conduit's schema service, and the token for it; both are empty if Conduit runs without that service. */
  utilitiesTarget: string;
  token: string;
  /** null: nothing is logged. */
  logLevel: LogLevel | null;
  /** Largest message of records that is received. Conduit's limit is for records; it does not apply to settings and acknowledgements. */
  maxReceiveBytes: number;
  /** The folder for the unix socket; empty: the system's temporary folder. */
  socketFolder: string;
}

/** How this process was started. */
export type StartedAs = { kind: 'plugin'; environment: PluginEnvironment } | { kind: 'command' } | { kind: 'mistake'; explanation: string };

export function startedAs(variables: Variables): StartedAs {
  const cookie = variables[COOKIE_NAME];
  const versions = variables.PLUGIN_PROTOCOL_VERSIONS;
  if (cookie === undefined && versions === undefined) return { kind: 'command' };
  if (cookie !== COOKIE) {
    return mistake(`${COOKIE_NAME} ${cookie === undefined ? 'is not set' : 'does not have the value that Conduit sets'}`);
  }
  if (!(versions ?? '').split(',').some((version) => version.trim() === String(PROTOCOL_VERSION))) {
    return mistake(
      `PLUGIN_PROTOCOL_VERSIONS is "${versions ?? ''}", expected ${PROTOCOL_VERSION} in it, the version of Conduit's connector protocol that the plugin speaks. Use Conduit v0.11 or later`,
    );
  }
  if ((variables.PLUGIN_CLIENT_CERT ?? '') !== '') return mistake('PLUGIN_CLIENT_CERT is set, and the plugin offers no TLS: unset it');
  return {
    kind: 'plugin',
    environment: {
      connectorId: variables.CONDUIT_CONNECTOR_ID ?? '',
      utilitiesTarget: variables.CONDUIT_CONNECTOR_UTILITIES_GRPC_TARGET ?? '',
      token: variables.CONDUIT_CONNECTOR_TOKEN ?? '',
      logLevel: levelOf(variables.CONDUIT_CONNECTOR_LOG_LEVEL),
      maxReceiveBytes: receiveLimit(variables.CONDUIT_CONNECTOR_MAX_RECEIVE_RECORD_SIZE),
      socketFolder: variables.PLUGIN_UNIX_SOCKET_DIR ?? '',
    },
  };
}

function mistake(reason: string): StartedAs {
  return {
    kind: 'mistake',
    explanation:
      `This is a Kafka connector for Conduit, and it cannot start as a plugin: ${reason}. ` +
      'Put the file into the "connectors" folder of Conduit, which starts it as a plugin; ' +
      `or unset ${COOKIE_NAME} and PLUGIN_PROTOCOL_VERSIONS to use its command line.`,
  };
}

/** The level for one of zerolog's names. An absent or unknown name means everything is logged, as in Conduit's own SDK. */
function levelOf(name: string | undefined): LogLevel | null {
  const level = (name ?? '').toLowerCase();
  if (level === 'fatal' || level === 'panic') return 'error';
  if (level === 'disabled') return null;
  return LOG_LEVELS.find((known) => known === level) ?? 'trace';
}

/** Conduit's default. It is not an operator's choice, and a batch easily exceeds it, so it is treated as not set. */
const CONDUIT_DEFAULT_BYTES = 4_194_304;
const DEFAULT_RECEIVE_BYTES = 64 << 20;

/** The limit that the operator has chosen, but not more than one write can take: a larger message would be received only to fail later. */
function receiveLimit(text: string | undefined): number {
  const bytes = Number(text ?? '');
  const chosen = Number.isSafeInteger(bytes) && bytes > 0 && bytes !== CONDUIT_DEFAULT_BYTES;
  return chosen ? Math.min(bytes, DEFAULT_LIMITS.writeBytes) : DEFAULT_RECEIVE_BYTES;
}
