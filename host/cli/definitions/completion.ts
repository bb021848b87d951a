import { Argument, InvalidArgumentError, type Command } from 'commander';
import { withOutput } from '../arguments/options.ts';
import { completionScript, SHELLS, type Shell } from '../commands/completion.ts';
import type { Definition } from './definition.ts';

export const defineCompletion: Definition = (line) => {
  const command = line
    .add('completion', 'print a script that lets bash, zsh or fish complete commands, options and settings', [
      'completion bash > ~/.local/share/bash-completion/completions/conduit-connector-kafka-wasm',
      'completion zsh kw > ~/.zfunc/_kw',
    ])
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .argument('[name]', 'the name by which you call this program, for example an alias', commandName);
  withOutput(command).action((shell: Shell, name: string | undefined, _given, self: Command) =>
    line.run(self, () => {
      const text = completionScript(shell, name ?? self.parent?.name() ?? '');
      return Promise.resolve({ summary: `the completion of ${shell}`, result: { script: text }, text });
    }),
  );
};

function commandName(text: string): string {
  if (!/^[\w.+-]+$/.test(text)) throw new InvalidArgumentError('expected the name of a command.');
  return text;
}
