import { Option, type Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { reading, withDryRun, withOutput, withSettingsHelp, withReading, withSettings, type ReadOptions } from '../arguments/options.ts';
import { rangeOf, withRange, type RangeOptions } from '../arguments/range.ts';
import { formatFrom, type Format } from '../format/format.ts';
import type { CommandReport, Context } from '../commands/context.ts';
import { dryRun } from '../commands/dry-run.ts';
import { source } from '../commands/source.ts';
import type { Definition } from './definition.ts';

interface Given extends SettingOptions, ReadOptions, RangeOptions {
  position?: string;
  format: Format | 'json';
  dryRun?: boolean;
}

export const defineSource: Definition = (line) => {
  const command = line.add('source', 'read records from Kafka: lines on stdout, OpenCDC JSON by default', [
    'source -c servers=localhost:9092 -c topics=orders -c readFromBeginning=true --limit 5',
    'source -c servers=localhost:9092 -c topics=orders --last 10 --follow',
    'source -c servers=localhost:9092 -c topics=orders --from 2026-11-25T08:00:00Z --until 10m --partition 0',
    'source -c servers=localhost:9092 -c topics=orders --last 10 --format text',
    "source -c servers=localhost:9092 -c topics=orders --last 10 --format '%t %p %o %k %v\\n'",
    'source --config source.yaml --follow',
  ]);
  withRange(withReading(withSettings(command)))
    .option('--position <position>', 'continue after this position: its JSON, or the "position" of a record')
    .addOption(
      new Option(
        '--format <format>',
        "json: OpenCDC JSON; decoded: key and value as text or JSON; text: a line for a person; or a template such as '%t %p %o %k %v\\n'",
      )
        .argParser(formatFrom)
        .default('json'),
    );
  withSettingsHelp(command, line.specification, 'source');
  withOutput(withDryRun(command)).action((given: Given, self: Command) => {
    const body = async (context: Context): Promise<CommandReport> => {
      const settings = await settingsOf(given, context);
      if (given.dryRun === true) {
        return dryRun(context, {
          source: { settings, follow: given.follow === true, position: given.position, range: rangeOf(given) },
        });
      }
      return source(context, {
        settings,
        position: given.position,
        range: rangeOf(given),
        format: given.format,
        ...reading(given),
      });
    };
    return line.run(self, body, given.dryRun !== true);
  });
};
