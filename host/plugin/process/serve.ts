import { writeSync } from 'node:fs';
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Specification } from '../../runtime/contract.ts';
import { DestinationService } from '../services/destination-service.ts';
import type { PluginEnvironment } from './environment.ts';
import { GrpcServer, type Method } from '../grpc/server.ts';
import { tuneHeap } from './heap.ts';
import { releaseIdleMemory } from './idle-memory.ts';
import { removeStaleSockets } from './stale-sockets.ts';
import { Lifeline } from './lifeline.ts';
import { listen, type Listening } from './listen.ts';
import { lineLog, redirectConsole } from './log-lines.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Source } from '../../connector/source.ts';
import type { Settings } from '../../base/settings.ts';
import { processServices } from '../services/process-services.ts';
import { SourceService } from '../services/source-service.ts';

const STDOUT = 1;
/** Of messages that hold no records: settings, acknowledgements. */
const MAX_MESSAGE_BYTES = 64 << 20;

/** The connectors that a plugin serves. They are loaded after the handshake line, because Conduit waits for that line and loading takes longer. */
export interface PluginConnectors {
  specify(): Promise<Specification>;
  source(log: Log): Source;
  destination(log: Log): Destination;
  /** A source was deleted from its pipeline for good. */
  sourceDeleted?(settings: Settings, log: Log): Promise<void>;
}

/** Serves Conduit until it calls Shutdown or is gone. Then ends the process. */
export async function serve(environment: PluginEnvironment, load: () => Promise<PluginConnectors>): Promise<void> {
  const log = lineLog(environment.logLevel);
  redirectConsole(log);
  let loading: Promise<PluginConnectors> | null = null;
  const connectors = (): Promise<PluginConnectors> => (loading ??= load());

  const source = new SourceService({
    log,
    connector: async () => (await connectors()).source(log),
    deleted: async (settings) => (await connectors()).sourceDeleted?.(settings, log),
  });
  const destination = new DestinationService({
    log,
    connector: async () => (await connectors()).destination(log),
    maxReceiveBytes: environment.maxReceiveBytes,
  });

  let listening: Listening | null = null;
  const lifeline = new Lifeline({
    log,
    leave: async () => {
      await Promise.all([source.teardown(), destination.teardown()]);
    },
    exit: (code) => {
      listening?.remove();
      process.exit(code);
    },
  });
  const methods = new Map<string, Method>([
    ...processServices({ specify: async () => (await connectors()).specify(), shutdown: () => lifeline.shutdown() }),
    ...source.methods(),
    ...destination.methods(),
  ]);
  const server = new GrpcServer({ methods, maxReceiveBytes: MAX_MESSAGE_BYTES, sessions: (open) => lifeline.sessions(open) });
  guard(process, log, lifeline, (error) => {
    source.abort(error);
    destination.abort(error);
  });
  lifeline.start();
  listening = await listen(server, environment.socketFolder);
  // Fields: version of go-plugin's own protocol, of the application's, network, address, kind of server.
  writeSync(STDOUT, `1|2|${listening.address}|grpc|\n`);
  tuneHeap();
  releaseIdleMemory();
  const { parent } = listening;
  connectors().then(
    () => (parent === null ? undefined : removeStaleSockets(parent, log)), // only now, when Conduit no longer waits for the start
    (error: unknown) => lifeline.crash(error),
  );
}

/** Handles every uncaught error, so that none ends the process without a line in the log and a status on the stream. */
export function guard(
  events: Pick<NodeJS.Process, 'on'>,
  log: Log,
  lifeline: Pick<Lifeline, 'crash'>,
  abort: (error: ConnectorError) => void,
): void {
  events.on('unhandledRejection', (reason) => {
    log('error', `unhandled promise rejection: ${reason instanceof Error ? reason.message : String(reason)}`);
    if (reason instanceof Error && reason.stack !== undefined) log('debug', reason.stack);
    // Code that depended on the promise may wait for ever. A status on the stream makes Conduit restart the pipeline.
    abort(new ConnectorError('internal', 'unexpected error in the connector, see its log', { cause: reason }));
  });
  events.on('uncaughtException', (error) => {
    abort(ConnectorError.from(error));
    lifeline.crash(error);
  });
}
