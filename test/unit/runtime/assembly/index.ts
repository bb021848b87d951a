// A component of the connector's world whose behaviour the configuration chooses: it is as good or as bad as a test wants it.
export { cabiRealloc, cabiPost } from '../../../../assembly/abi/realloc';
export * from './specifier';
export * from './source';
export * from './destination';
