import { Option, type Command } from 'commander';
import { sidesOf, type PairOptions } from '../arguments/given-settings.ts';
import { collect, reading, withDryRun, withOutput, withSettingsHelp, withReading, type ReadOptions } from '../arguments/options.ts';
import { dryRun } from '../commands/dry-run.ts';
import { pipe } from '../commands/pipe.ts';
import { onErrorFrom, type OnError } from '../commands/refused-records.ts';
import type { Definition } from './definition.ts';

interface Given extends PairOptions, ReadOptions {
  onError: OnError;
  dryRun?: boolean;
}

export const definePipe: Definition = (line) => {
  const command = line
    .add('pipe', 'read from Kafka and write to Kafka', [
      'pipe --source servers=localhost:9092 topics=orders readFromBeginning=true --destination servers=localhost:9092 topic=orders-copy sdk.record.format=raw',
      'pipe --config pipe.yaml --follow',
    ])
    .option('--source <key=value...>', 'settings of the source', collect)
    .option('--destination <key=value...>', 'settings of the destination', collect)
    .option('--config <file>', 'settings from a YAML or JSON file with the maps "source" and "destination"; - is standard input')
    .addOption(
      new Option('--on-error <stop|skip|topic>', 'for a refused record: stop, skip it, or write it to this dead-letter topic')
        .argParser(onErrorFrom)
        .default('stop'),
    );
  withSettingsHelp(command, line.specification, 'source', 'destination');
  withOutput(withDryRun(withReading(command))).action((given: Given, self: Command) =>
    line.run(self, async (context) => {
      const sides = await sidesOf(given, context);
      if (given.dryRun === true)
        return dryRun(context, {
          source: { settings: sides.source, follow: given.follow === true },
          destination: { settings: sides.destination, onError: given.onError },
        });
      return pipe(context, { ...sides, ...reading(given), onError: given.onError });
    }),
  );
};
