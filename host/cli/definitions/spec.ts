import type { Command } from 'commander';
import { withOutput } from '../arguments/options.ts';
import { spec } from '../commands/spec.ts';
import type { Definition } from './definition.ts';

export const defineSpec: Definition = (line) => {
  const command = line.add('spec', "print all settings, as YAML in the form of Conduit's connector.yaml", ['spec', 'spec --json']);
  withOutput(command).action((_given, self: Command) => line.run(self, spec));
};
