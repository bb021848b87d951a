import { Argument, type Command } from 'commander';
import { withOutput } from '../arguments/options.ts';
import { create, STARTERS, type Starter } from '../commands/create.ts';
import type { Definition } from './definition.ts';

export const defineCreate: Definition = (line) => {
  const command = line
    .add('create', 'print a commented file to start with: settings for --config, or a pipeline of Conduit', [
      'create source > source.yaml',
      'create pipeline > pipelines/orders.yaml',
    ])
    .addArgument(new Argument('<what>', 'what to print').choices(STARTERS));
  withOutput(command).action((starter: Starter, _given, self: Command) => line.run(self, (context) => create(context, starter)));
};
