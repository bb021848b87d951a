import { Argument, type Command } from 'commander';
import { ConnectorError } from '../../base/errors.ts';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { withOutput, withSettings } from '../arguments/options.ts';
import { validate } from '../commands/validate.ts';
import { validatePipeline } from '../commands/validate-pipeline.ts';
import type { Definition } from './definition.ts';

export const defineValidate: Definition = (line) => {
  const command = line
    .add('validate', 'check settings, or a pipeline file of Conduit, without a broker', [
      'validate source -c servers=localhost:9092 -c topics=orders',
      'validate destination --config destination.yaml',
      'validate pipelines/orders.yaml',
    ])
    .addArgument(whatArgument())
    .argument('[file]', 'the pipeline file');
  withOutput(withSettings(command)).action((what: string, file: string | undefined, given: SettingOptions, self: Command) =>
    line.run(self, async (context) => {
      if (file === undefined && (what === 'source' || what === 'destination'))
        return validate(context, what, await settingsOf(given, context));
      return validatePipeline(context, pipelinePath(what, file, given));
    }),
  );
};

/** Its choices are for the completion only: a file is another one. */
function whatArgument(): Argument {
  const argument = new Argument('<what>', 'source, destination, or a pipeline file of Conduit (also: pipeline FILE; - is standard input)');
  argument.argChoices = ['source', 'destination', 'pipeline'];
  return argument;
}

function pipelinePath(what: string, file: string | undefined, { setting, config }: SettingOptions): string {
  const path = what === 'pipeline' ? file : file === undefined && /\.ya?ml$/.test(what) ? what : undefined;
  if (path === undefined) {
    throw new ConnectorError(
      'config.invalid',
      `validate: expected source, destination, pipeline FILE or a file that ends in .yaml, got "${[what, file].filter(Boolean).join(' ')}"`,
    );
  }
  if (setting !== undefined || config !== undefined)
    throw new ConnectorError('config.invalid', 'validate: a pipeline file holds its settings itself: leave out -c and --config');
  return path;
}
