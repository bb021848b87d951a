/** How commands that only look at a cluster reach it. */
import { ConnectorError } from '../../base/errors.ts';
import { unless } from '../../base/wait.ts';
import { listFrom } from '../../kafka/index.ts';
import type { Lister } from '../../kafka/listing/lister.ts';
import type { InvalidParam, Specification } from '../../runtime/contract.ts';
import { explain } from '../settings/suggest.ts';
import type { Settings } from '../settings/settings.ts';
import { configure, teardown, type Context } from './context.ts';
import { Problems } from './failure.ts';

/** A source needs a topic. None of this name is asked for. */
const NO_TOPIC = { topics: 'none' };
/** A cluster can have thousands of groups, each of which is asked for. */
const PATIENT = { openMs: 10 * 60_000 };

/**
 * Asks the cluster that the settings name. They may be those of a source or of a destination; only the ones about the connection count. The component
 * checks them and turns them into a connection, as only it can.
 */
export async function atCluster<T>(context: Context, settings: Settings, ask: (lister: Lister) => Promise<T>): Promise<T> {
  const wanted = connectionSettings(settings, await context.connectors.specify());
  const asked: { answer: Promise<T> | null } = { answer: null };
  const source = context.connectors.source({
    log: context.log,
    limits: PATIENT,
    capabilities: context.connectors.watched((kafka, parts) => ({
      ...kafka,
      openConsumer: async (connection, _options, { signal }) => {
        asked.answer = listFrom(connection, { ...parts, signal }, ask);
        await asked.answer.catch(() => undefined);
        throw new ConnectorError('cancelled', 'the cluster was only asked');
      },
    })),
  });
  try {
    await configure(context, 'source', source, { ...wanted, ...NO_TOPIC }).catch((error: unknown) => {
      throw withoutSide(ConnectorError.from(error));
    });
    await unless(context.stop, source.open(null)).catch((error: unknown) => {
      if (asked.answer === null) throw error;
    });
  } finally {
    await teardown({ ...context, log: () => undefined }, 'source', source);
  }
  if (asked.answer !== null) return await asked.answer;
  if (context.stop.aborted) throw new ConnectorError('cancelled', 'stopped before the cluster has answered');
  throw new ConnectorError('config.invalid', 'this connector does not use Kafka, so there is no cluster to ask');
}

/** Rejects with `config.invalid` for a name that neither connector knows. */
function connectionSettings(settings: Settings, { sourceParams, destinationParams }: Specification): Settings {
  const names = (params: Specification['sourceParams']): Set<string> => new Set(params.map(({ name }) => name));
  const [source, destination] = [names(sourceParams), names(destinationParams)];
  const known = new Set([...source, ...destination]);
  const unknown = Object.keys(settings).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw invalid(unknown.map((name) => ({ name, reason: explain({ name, reason: `"${name}": unrecognized parameter` }, [...known]) })));
  const concerns = (name: string): boolean => source.has(name) && destination.has(name) && name !== 'topic' && !name.startsWith('sdk.');
  return Object.fromEntries(Object.entries(settings).filter(([name]) => concerns(name)));
}

/** The settings are no source's. */
function withoutSide(error: ConnectorError): ConnectorError {
  return error.cause instanceof Problems ? invalid(error.cause.list) : error;
}

function invalid(problems: readonly InvalidParam[]): ConnectorError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new ConnectorError('config.invalid', `the settings have ${count}`, { cause: new Problems('source', problems) });
}
