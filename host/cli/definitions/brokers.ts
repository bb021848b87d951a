import type { Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { withOutput, withSettings } from '../arguments/options.ts';
import { brokers } from '../commands/brokers.ts';
import type { Definition } from './definition.ts';

export const defineBrokers: Definition = (line) => {
  const command = line.add('brokers', 'list the brokers of a cluster', ['brokers -c servers=localhost:9092']);
  withOutput(withSettings(command)).action((given: SettingOptions, self: Command) =>
    line.run(self, async (context) => brokers(context, await settingsOf(given, context))),
  );
};
