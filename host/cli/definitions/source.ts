import type { Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { reading, withOutput, withReading, withSettings, type ReadOptions } from '../arguments/options.ts';
import { rangeOf, withRange, type RangeOptions } from '../arguments/range.ts';
import { source } from '../commands/source.ts';
import type { Definition } from './definition.ts';

interface Given extends SettingOptions, ReadOptions, RangeOptions {
  position?: string;
}

export const defineSource: Definition = (line) => {
  const command = line.add('source', 'read records from Kafka: OpenCDC JSON lines on stdout', [
    'source -c servers=localhost:9092 -c topics=orders -c readFromBeginning=true --limit 5',
    'source -c servers=localhost:9092 -c topics=orders --last 10 --follow',
    'source -c servers=localhost:9092 -c topics=orders --from 2026-11-25T08:00:00Z --until 10m --partition 0',
    'source --config source.yaml --follow',
  ]);
  withRange(withReading(withSettings(command))).option(
    '--position <position>',
    'continue after this position: its JSON, or the "position" of a record',
  );
  withOutput(command).action((given: Given, self: Command) => {
    const body = async (context: Parameters<typeof source>[0]) =>
      source(context, { settings: await settingsOf(given), position: given.position, range: rangeOf(given), ...reading(given) });
    return line.run(self, body, true);
  });
};
