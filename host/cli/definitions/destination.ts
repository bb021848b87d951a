import type { Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { withOutput, withSettings } from '../arguments/options.ts';
import { destination } from '../commands/destination.ts';
import type { Definition } from './definition.ts';

export const defineDestination: Definition = (line) => {
  const command = line.add('destination', 'write OpenCDC JSON lines from stdin to Kafka', [
    'destination -c servers=localhost:9092 -c topic=orders < records.jsonl',
  ]);
  withOutput(withSettings(command)).action((given: SettingOptions, self: Command) =>
    line.run(self, async (context) => destination(context, await settingsOf(given))),
  );
};
