/** The generator guest as a program of its own: a plugin when Conduit starts it, else the command line. */
import { standardCapabilities } from '../../host/capability/index.ts';
import type { Program } from '../../host/program/program.ts';
import { start } from '../../host/start.ts';
import { builtGuest, GENERATOR } from './built-guest.ts';

export const generatorProgram: Program = {
  component: () => builtGuest(GENERATOR),
  capabilities: () => (_secrets, log, limits) => standardCapabilities(log, limits),
};

if (import.meta.main) void start(async () => generatorProgram);
