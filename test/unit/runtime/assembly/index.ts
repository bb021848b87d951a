// A component of the connector's world that fails in the way that its configuration chooses.
export { cabiRealloc, cabiPost } from '../../../../assembly/abi/realloc';
export * from './specifier';
export * from './source';
export * from './destination';
