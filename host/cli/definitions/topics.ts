import type { Command } from 'commander';
import { settingsOf, type SettingOptions } from '../arguments/given-settings.ts';
import { withOutput, withSettings } from '../arguments/options.ts';
import { topics } from '../commands/topics.ts';
import type { Definition } from './definition.ts';

interface Given extends SettingOptions {
  internal?: boolean;
}

export const defineTopics: Definition = (line) => {
  const command = line
    .add('topics', 'list topics, or the partitions of one', ['topics -c servers=localhost:9092', 'topics orders -c servers=localhost:9092'])
    .argument('[topic]', 'the topic to show');
  withOutput(withSettings(command).option('--internal', "also Kafka's own topics")).action(
    (topic: string | undefined, given: Given, self: Command) =>
      line.run(self, async (context) =>
        topics(context, { settings: await settingsOf(given, context), topic, internal: given.internal === true }),
      ),
  );
};
