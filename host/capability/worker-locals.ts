import type { LocalFactory } from '../runtime/capability.ts';
import type { LocalShape } from '../runtime/import-shape.ts';
import clock from './clock.ts';
import log from './log.ts';
import random from './random.ts';

/** The local functions of the standard capabilities, by their interfaces, for the worker of a bundle: a bundle has no module files to load. */
const FACTORIES: Readonly<Record<string, LocalFactory>> = {
  'conduit:connector/log': log,
  'wasi:clocks/wall-clock': clock,
  'wasi:random/random': random,
};

export function bundledLocal({ interface: name }: LocalShape): LocalFactory {
  const factory = FACTORIES[name.replace(/@.*$/, '')];
  if (factory === undefined) throw new Error(`the local functions of ${name} are not part of this bundle: run the component inline`);
  return factory;
}
