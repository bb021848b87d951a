import { ConnectorError } from '../base/errors.ts';
import { answerBreach, batchBreach, checkCredit } from './checks.ts';
import type { Batch, Credit, InvalidParam, Specification } from './contract.ts';
import { GuestRefusal, type ExportName } from './exports.ts';
import type { Instance } from './instance.ts';
import type { Limits } from './limits.ts';

export type ConfigPairs = [string, string][];

async function call(instance: Instance, name: ExportName, args: unknown[], callMs: number): Promise<unknown> {
  try {
    return await instance.call(name, args, callMs);
  } catch (thrown) {
    throw thrown instanceof GuestRefusal ? instance.errorOf(thrown) : thrown;
  }
}

export async function specify(instance: Instance, limits: Limits): Promise<Specification> {
  return (await call(instance, 'specifier.specify', [], limits.configureMs)) as Specification;
}

export type Side = 'source' | 'destination';

/** The problems of a configuration; none if it is accepted. */
export async function configure(instance: Instance, side: Side, config: ConfigPairs, limits: Limits): Promise<InvalidParam[]> {
  try {
    await instance.call(`${side}.configure`, [config], limits.configureMs);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof GuestRefusal)) throw thrown;
    const problems = thrown.payload;
    if (!Array.isArray(problems) || problems.length === 0) throw instance.breach('configure failed and named no parameter');
    return problems.map(({ name, reason }: InvalidParam) => ({ name, reason }));
  }
}

export async function stop(instance: Instance, side: Side, limits: Limits): Promise<void> {
  await call(instance, `${side}.stop`, [], limits.stopMs);
}

export async function teardown(instance: Instance, side: Side, limits: Limits): Promise<void> {
  await call(instance, `${side}.teardown`, [], limits.teardownMs);
}

/** The exports of `source`, typed and checked. */
export const sourceGuest = {
  async open(instance: Instance, resume: Uint8Array | null, limits: Limits): Promise<void> {
    await call(instance, 'source.open', [resume ?? undefined], limits.openMs);
  },
  async read(instance: Instance, credit: Credit, limits: Limits): Promise<Batch | null> {
    checkCredit(credit);
    const batch = (await call(instance, 'source.read', [credit], credit.maxWaitMs + limits.readMs)) as Batch | undefined;
    if (batch === undefined) return null;
    const text = batchBreach(batch, credit, limits);
    if (text !== null) throw instance.breach(text);
    return batch;
  },
  async ack(instance: Instance, positions: Uint8Array, limits: Limits): Promise<void> {
    await call(instance, 'source.ack', [positions], limits.ackMs);
  },
};

/** The exports of `destination`, typed and checked. */
export const destinationGuest = {
  async open(instance: Instance, limits: Limits): Promise<void> {
    await call(instance, 'destination.open', [], limits.openMs);
  },
  /** `count`: the number of records in the request, which must get one ack each. */
  async write(instance: Instance, records: Uint8Array, count: number, limits: Limits): Promise<Uint8Array> {
    const { requestBytes } = instance;
    if (records.length > requestBytes) {
      const text = `a write of ${records.length} bytes does not fit into the component's memory, which takes writes of ${requestBytes} bytes`;
      throw new ConnectorError('limit.exceeded', `${text}: send fewer records at once`);
    }
    const answer = await call(instance, 'destination.write', [records], limits.writeMs);
    if (!(answer instanceof Uint8Array)) throw new ConnectorError('internal', 'write returned no bytes');
    const text = answerBreach(answer, count, limits);
    if (text !== null) throw instance.breach(text);
    return answer;
  },
};
