// A guest that sends a known value of every type of the world over the boundary, and says as text what came over it.
export { cabiRealloc, cabiPost } from '../../../assembly/abi/realloc';
export * from '../../../assembly/abi/wasi';
export * from './specifier';
export * from './source';
export * from './destination';
