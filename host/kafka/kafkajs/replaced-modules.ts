/**
 * The modules of kafkajs 2.2.4 that are replaced. kafkajs cannot keep records as bytes: it turns every record into an object and back, which costs more
 * than everything else that it does. kafkajs is frozen and pinned. If a file is not the one that its replacement was written for, it is refused, because
 * a replacement that does not fit can lose records.
 */
import { filterAbortedMessages } from './aborted-transactions.ts';
import { decodeMessages } from './batch-messages.ts';
import { consumerGroupOfGenerations, type ConsumerGroupClass } from './generations.ts';
import { offsetManagerThatTells, type OffsetManagerClass } from './offset-reset.ts';
import type { ReplacedModule } from './private-copy.ts';
import { frame, produce } from './produce-request.ts';
import { requestQueueThatRenewsLogins, type RequestQueueClass } from './request-queue.ts';
import { saslAuthenticatorThatTells, type SaslAuthenticatorClass } from './sasl-authenticator.ts';

export const REPLACED_MODULES: readonly ReplacedModule[] = [
  {
    module: 'src/protocol/requests/fetch/v4/decodeMessages.js',
    sha256: 'd9fede59bebf84ee15169d0ecc54df594a11722b6ba8d5db535ed1d8548d4fcc',
    replacement: () => decodeMessages,
  },
  {
    module: 'src/protocol/requests/produce/v3/request.js',
    sha256: '993a3db997827088f5acb08cacf3c67a99ec2886303ff465d244329b8a1c7f99',
    replacement: () => produce,
  },
  {
    module: 'src/protocol/request.js',
    sha256: '2270900ca6474026c11957fe71ac586881985460ed2554db22ad8870dcaff634',
    replacement: () => frame,
  },
  {
    module: 'src/consumer/filterAbortedMessages.js',
    sha256: '54ce50f2a41ee1686da8b73bf8b502c7dd07c9d7cb0a494cdb36a7fc536ced8e',
    replacement: () => filterAbortedMessages,
  },
  {
    module: 'src/consumer/offsetManager/index.js',
    sha256: 'bd1041968ae322324ebf64d2569308db19d24f70ee5dbb72c964b43bfe85c00e',
    replacement: (stock) => offsetManagerThatTells(stock() as OffsetManagerClass),
  },
  {
    module: 'src/consumer/consumerGroup.js',
    sha256: 'f3e461738585a8dc6574c647123a18afc732f81cdee4f9f7bb62e4aa1dffbfbb',
    replacement: (stock) => consumerGroupOfGenerations(stock() as ConsumerGroupClass),
  },
  {
    module: 'src/network/requestQueue/index.js',
    sha256: 'b55986089c14f8f7bfc377922e2e65b3e4c1e7c7af2752d3b10a75dfe9e9260c',
    replacement: (stock) => requestQueueThatRenewsLogins(stock() as RequestQueueClass),
  },
  {
    module: 'src/broker/saslAuthenticator/index.js',
    sha256: '535765470e1172399633a8cd8238212c0fbcda859980d09ced42a8b7184e429b',
    replacement: (stock) => saslAuthenticatorThatTells(stock() as SaslAuthenticatorClass),
  },
];
