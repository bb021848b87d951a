/**
 * kafkajs turns an answer into an error as soon as one topic, partition or group in it has an error. Here the answer stays, and each entry of it has its own
 * error as `refusal`.
 */
import type { Refusal } from '../listing/lister.ts';
import type { Broker } from './cluster.ts';
import { faultOf } from './errors.ts';

export interface Refusable {
  refusal: Refusal | null;
}

type Parse = (data: object) => Promise<object>;
interface Protocol {
  request: object;
  response: { parse: Parse };
}

/** The answers that are told apart, with the fields that are used here. */
interface Answer {
  errorCode?: number;
  topicMetadata?: { topicErrorCode: number; partitionMetadata: object[] }[];
  responses?: { topic: string; partitions: { errorCode: number }[] }[];
  groups?: { errorCode?: number }[];
}

/** Makes all answers of the broker tolerant from now on. */
export function tolerate(broker: Broker): void {
  const pool = broker.connectionPool as { send(protocol: Protocol): Promise<unknown>; [TOLERANT]?: true };
  if (pool[TOLERANT]) return;
  const send = pool.send.bind(pool);
  pool[TOLERANT] = true;
  pool.send = (protocol) =>
    send({ ...protocol, response: { ...protocol.response, parse: (data) => tolerant(protocol.response.parse, data) } });
}

const TOLERANT = Symbol('tolerant');

async function tolerant(parse: Parse, data: object): Promise<object> {
  const answer = data as Answer;
  /** The error that kafkajs makes of the answer with this entry alone. */
  const refusal = async (alone: object): Promise<Refusal | null> => parse({ ...answer, ...alone }).then(() => null, faultOf);
  if (answer.topicMetadata !== undefined) {
    const topicMetadata = answer.topicMetadata.map(async (topic) => ({
      ...topic,
      refusal: topic.topicErrorCode === 0 ? null : await refusal({ topicMetadata: [{ ...topic, partitionMetadata: [] }] }),
    }));
    return { ...answer, topicMetadata: await Promise.all(topicMetadata) };
  }
  if (answer.responses !== undefined && !answer.errorCode) {
    const responses = answer.responses.map(async (response) => {
      const partitions = response.partitions.map(async (partition) => ({
        ...partition,
        refusal: partition.errorCode === 0 ? null : await refusal({ responses: [{ ...response, partitions: [partition] }] }),
      }));
      return { ...response, partitions: await Promise.all(partitions) };
    });
    return { ...answer, responses: await Promise.all(responses) };
  }
  return parse(data);
}
