import { InvalidArgumentError, Option, type Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { withDryRun, withOutput, withSettingsHelp, withSettings } from '../arguments/options.ts';
import { dryRun } from '../commands/dry-run.ts';
import { destination } from '../commands/destination.ts';
import { INPUT_FORMATS, type InputFormat } from '../lines/input-format.ts';
import { invalid } from '../settings/settings.ts';
import type { Definition } from './definition.ts';

interface Given extends SettingOptions {
  input: InputFormat;
  separator: string;
  dryRun?: boolean;
}

export const defineDestination: Definition = (line) => {
  const command = line
    .add('destination', 'write lines from stdin to Kafka: OpenCDC JSON, text, key and value, or JSON', [
      'destination -c servers=localhost:9092 -c topic=orders < records.jsonl',
      'destination --input text -c servers=localhost:9092 -c topic=words < words.txt',
      "destination --input key-value --separator ': ' -c servers=localhost:9092 -c topic=orders < pairs.txt",
    ])
    .addOption(
      new Option('--input <format>', 'what a line is: an OpenCDC record, a value, key and value, or a JSON value')
        .choices(INPUT_FORMATS)
        .default('opencdc'),
    )
    .addOption(
      new Option('--separator <text>', 'between key and value of --input key-value; \\t is a tab')
        .argParser(separatorFrom)
        .default('\t', 'a tab'),
    );
  withSettingsHelp(command, line.specification, 'destination');
  withOutput(withDryRun(withSettings(command))).action(({ input, separator, dryRun: isDry, ...given }: Given, self: Command) =>
    line.run(self, async (context) => {
      if (given.config === '-') throw invalid('destination reads its lines from standard input: put the settings into a file', '--config');
      const settings = await settingsOf(given, context);
      return isDry === true ? dryRun(context, { destination: { settings } }) : destination(context, settings, { format: input, separator });
    }),
  );
};

function separatorFrom(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected at least one character.');
  return text.replaceAll('\\t', '\t');
}
