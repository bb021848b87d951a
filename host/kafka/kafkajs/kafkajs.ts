/** The connector's own copy of kafkajs, with its replaced modules. Nothing else in the connector may load kafkajs. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { loadPrivately } from './private-copy.ts';
import { REPLACED_MODULES } from './replaced-modules.ts';

export type {
  Admin,
  Broker,
  Cluster,
  Consumer,
  EachBatchPayload,
  GroupMember,
  GroupMemberAssignment,
  GroupState,
  ISocketFactory,
  Kafka,
  KafkaConfig,
  PartitionAssigner,
  Producer,
} from 'kafkajs';

/**
 * True in a bundle, which has no files to load. The builder resolves kafkajs' own imports of the replaced modules to the replacements
 * (`tools/executable/bundle.ts`).
 */
declare const KAFKAJS_IS_BUNDLED: boolean | undefined;

const kafkajs = (
  typeof KAFKAJS_IS_BUNDLED === 'undefined'
    ? loadPrivately(dirname(createRequire(import.meta.url).resolve('kafkajs')), REPLACED_MODULES)('index.js')
    : // eslint-disable-next-line @typescript-eslint/no-require-imports -- an `import` would also load it without a bundle
      require('kafkajs')
) as typeof import('kafkajs');

export default kafkajs;
