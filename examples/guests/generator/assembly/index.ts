// A source that makes records up, and a destination that collects them: a connector that has nothing to do with Kafka.
export { cabiRealloc, cabiPost } from '../../../../assembly/abi/realloc';
export * from './specifier';
export * from './source';
export * from './destination';
