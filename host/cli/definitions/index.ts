import { defineBrokers } from './brokers.ts';
import { defineCompletion } from './completion.ts';
import { defineCreate } from './create.ts';
import type { Definition } from './definition.ts';
import { defineDestination } from './destination.ts';
import { defineDoctor } from './doctor.ts';
import { defineGroups } from './groups.ts';
import { definePipe } from './pipe.ts';
import { defineSource } from './source.ts';
import { defineSpec } from './spec.ts';
import { defineTopics } from './topics.ts';
import { defineValidate } from './validate.ts';

/** The commands, in the order of the help text. */
export const DEFINITIONS: readonly Definition[] = [
  defineSpec,
  defineCreate,
  defineValidate,
  defineDoctor,
  defineSource,
  defineDestination,
  definePipe,
  defineTopics,
  defineGroups,
  defineBrokers,
  defineCompletion,
];
