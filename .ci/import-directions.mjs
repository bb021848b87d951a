/**
 * The folders of host/ and what each may import of the others: imports point one way. A folder that is not named in a list is out of reach,
 * also for types. Of `runtime`, `host/kafka` needs the types that are written from the WIT (`runtime/contract.ts`), and nothing else.
 */
export const MAY_IMPORT = {
  base: [],
  net: ['base'],
  conduit: ['base'],
  runtime: ['base', 'conduit'],
  kafka: ['base', 'net', 'runtime/contract'],
  schema: ['base', 'net', 'conduit'],
  sdk: ['base', 'conduit', 'runtime', 'schema'],
  capability: ['base', 'net', 'conduit', 'runtime', 'kafka', 'schema'],
  connector: ['base', 'net', 'conduit', 'runtime', 'kafka', 'schema', 'sdk', 'capability'],
  program: ['base', 'net', 'conduit', 'runtime', 'kafka', 'schema', 'sdk', 'capability', 'connector'],
  plugin: ['base', 'net', 'conduit', 'runtime', 'schema', 'sdk', 'connector', 'program'],
  cli: ['base', 'net', 'conduit', 'runtime', 'kafka', 'schema', 'sdk', 'capability', 'connector', 'program'],
};

/** The wings of host/kafka, and what each may import of the others. Files beside them are theirs all, but `index.ts`, which puts them together. */
export const KAFKA_WINGS = {
  records: [],
  auth: [],
  consume: ['records'],
  produce: ['records'],
  values: ['records', 'consume'],
  kafkajs: ['records', 'auth'],
};

/** Modules of Node that make connections or look up names. */
export const DIALLING_MODULES = ['net', 'tls', 'dns', 'dns/promises', 'http', 'https', 'http2', 'dgram'];
