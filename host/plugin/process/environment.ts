import { LOG_LEVELS, type LogLevel } from '../../base/log.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';

/** What go-plugin puts into the environment to tell a plugin from a program that somebody started by hand. */
const COOKIE_NAME = 'CONDUIT_PLUGIN_MAGIC_COOKIE';
const COOKIE = '204e8e812c3a1bb73b838928c575b42a105dd2e9aa449be481bc4590486df53f';
/** The one version of Conduit's connector protocol that is spoken here; Conduit has it since v0.11. */
const PROTOCOL_VERSION = 2;

type Variables = Readonly<Record<string, string | undefined>>;

/** Settings that Conduit gives to a plugin process. */
export interface PluginEnvironment {
  /** `<pipeline>:<connector>`, or a word of Conduit's for processes that run no connector. Empty if Conduit did not say. */
  connectorId: string;
  /** Address of Conduit's schema service, and what to say there; empty where Conduit runs without one. */
  utilitiesTarget: string;
  token: string;
  /** null: nothing is logged. */
  logLevel: LogLevel | null;
  /** Largest message of records that is received: the limit is Conduit's for records, not for settings or acknowledgements. */
  maxReceiveBytes: number;
  /** Where a unix socket may be created; empty: where the system keeps temporary files. */
  socketFolder: string;
}

/** How this process was started. */
export type StartedAs = { kind: 'plugin'; environment: PluginEnvironment } | { kind: 'command' } | { kind: 'mistake'; explanation: string };

export function startedAs(variables: Variables): StartedAs {
  const cookie = variables[COOKIE_NAME];
  const versions = variables.PLUGIN_PROTOCOL_VERSIONS;
  if (cookie === undefined && versions === undefined) return { kind: 'command' };
  if (cookie !== COOKIE) {
    return mistake(`${COOKIE_NAME} ${cookie === undefined ? 'is not set' : 'has another value than the one Conduit sets'}`);
  }
  if (!(versions ?? '').split(',').some((version) => version.trim() === String(PROTOCOL_VERSION))) {
    return mistake(
      `it speaks version ${PROTOCOL_VERSION} of Conduit's connector protocol, and PLUGIN_PROTOCOL_VERSIONS is "${versions ?? ''}". Use Conduit v0.11 or later`,
    );
  }
  if ((variables.PLUGIN_CLIENT_CERT ?? '') !== '') return mistake('PLUGIN_CLIENT_CERT is set, and it does not offer TLS to its caller');
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
      'This is a Kafka connector for Conduit: put the file into the "connectors" folder of Conduit, which starts it by itself, ' +
      `or run it without ${COOKIE_NAME} and PLUGIN_PROTOCOL_VERSIONS to use its command line. It does not start as a plugin now: ${reason}.`,
  };
}

/** zerolog's names. Absent or unknown means everything, as in Conduit's own SDK. */
function levelOf(name: string | undefined): LogLevel | null {
  const level = (name ?? '').toLowerCase();
  if (level === 'fatal' || level === 'panic') return 'error';
  if (level === 'disabled') return null;
  return LOG_LEVELS.find((known) => known === level) ?? 'trace';
}

/** Conduit's own default says nothing of what its operator wants, and a batch outgrows it easily. */
const CONDUIT_DEFAULT_BYTES = 4_194_304;
const DEFAULT_RECEIVE_BYTES = 64 << 20;

/** What an operator has chosen counts, up to what one write can take: more would be received only to fail later. */
function receiveLimit(text: string | undefined): number {
  const bytes = Number(text ?? '');
  const chosen = Number.isSafeInteger(bytes) && bytes > 0 && bytes !== CONDUIT_DEFAULT_BYTES;
  return chosen ? Math.min(bytes, DEFAULT_LIMITS.writeBytes) : DEFAULT_RECEIVE_BYTES;
}
