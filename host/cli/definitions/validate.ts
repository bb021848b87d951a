import type { Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { sideArgument, withOutput, withSettings } from '../arguments/options.ts';
import { validate } from '../commands/validate.ts';
import type { Side } from '../settings/settings.ts';
import type { Definition } from './definition.ts';

export const defineValidate: Definition = (line) => {
  const command = line.add('validate', 'check settings, without a broker', [
    'validate source -c servers=localhost:9092 -c topics=orders',
    'validate destination --config destination.yaml',
  ]);
  withOutput(withSettings(command))
    .addArgument(sideArgument())
    .action((side: Side, given: SettingOptions, self: Command) =>
      line.run(self, async (context) => validate(context, side, await settingsOf(given, context))),
    );
};
