import type { Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { sideArgument, withOutput, withSettings } from '../arguments/options.ts';
import { doctor } from '../commands/doctor.ts';
import type { Side } from '../settings/settings.ts';
import type { Definition } from './definition.ts';

export const defineDoctor: Definition = (line) => {
  const command = line.add('doctor', 'check settings, network, login, topics, permissions and group, and say what to change', [
    'doctor source -c servers=localhost:9092 -c topics=orders',
    'doctor destination --config destination.yaml --json',
  ]);
  withOutput(withSettings(command))
    .addArgument(sideArgument())
    .action((side: Side, given: SettingOptions, self: Command) =>
      line.run(self, async (context) => doctor(context, side, await settingsOf(given, context))),
    );
};
