import type { Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { withOutput, withSettings } from '../arguments/options.ts';
import { groups } from '../commands/groups.ts';
import type { Definition } from './definition.ts';

export const defineGroups: Definition = (line) => {
  const command = line
    .add('groups', 'list consumer groups with their lag, or the members and partitions of one', [
      'groups -c servers=localhost:9092',
      'groups billing --config source.yaml --json',
    ])
    .argument('[group]', 'the group to show');
  withOutput(withSettings(command)).action((group: string | undefined, given: SettingOptions, self: Command) =>
    line.run(self, async (context) => groups(context, { settings: await settingsOf(given, context), group })),
  );
};
