// Writes docs/templates.md: the functions of the engine's table (assembly/template/functions/), each with its text and example of template-functions.json.
// The outputs are what the built component prints. A function without a text stops it.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const output = path.join(root, 'docs/templates.md');
const folder = path.join(root, 'assembly/template/functions');

/** The texts and examples, by the file of the guest that registers the functions. */
export const groups = JSON.parse(readFileSync(path.join(root, 'tools/template-functions.json'), 'utf8'));

/** Names of all functions that the guest registers, by file; `must` forms are those of lists. */
export function registeredFunctions() {
  const table = new Map();
  for (const file of readdirSync(folder)) {
    const source = readFileSync(path.join(folder, file), 'utf8');
    const names = [...source.matchAll(/^ {2}(register|both)\('(\w+)', /gm)].map(([, kind, name]) => ({ name, hasMust: kind === 'both' }));
    if (names.length > 0) table.set(path.basename(file, '.ts'), names);
  }
  return table;
}

/** Examples in the order of the page. */
export function examples() {
  return groups.flatMap((group) => group.functions.flatMap((f) => (f.example === undefined ? [] : [f.example])));
}

const code = (text) => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``).replaceAll('|', '\\|');

/** The page; `outputs` has what each example prints. */
export function templatePage(outputs) {
  const registered = registeredFunctions();
  const sections = groups.map(({ file, title, functions }) => {
    const inTable = registered.get(file) ?? [];
    const musts = inTable.flatMap(({ name, hasMust }) => {
      if (/^must[A-Z]/.test(name)) return [name];
      return hasMust ? [`must${name[0].toUpperCase()}${name.slice(1)}`] : [];
    });
    const rows = functions.map(({ name, text, example }) => {
      const shown = example === undefined ? '' : `${code(example)} → ${code(outputs.get(example) || ' ')}`;
      return `| \`${name}\` | ${text} | ${shown} |`;
    });
    const note =
      musts.length === 0 || file === 'dates'
        ? ''
        : `\nAs in sprig also ${musts.map((name) => `\`${name}\``).join(', ')}: an argument that cannot work fails the record.\n`;
    return `### ${title}\n\n| function | what it gives | example |\n| --- | --- | --- |\n${rows.join('\n')}\n${note}`;
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `<!-- Written by make docs. -->

# Templates

\`topic\`, and \`sdk.record.format.options\` with \`sdk.record.format: template\`, are [Go templates](https://pkg.go.dev/text/template) over the record, with the functions of
[sprig](https://masterminds.github.io/sprig/) 3.3.0, as in the official connector:

\`\`\`
topic: '{{ .Metadata.tenant | lower }}-{{ index .Metadata "opencdc.collection" }}'
topic: '{{ if eq .Operation.String "delete" }}deleted{{ else }}{{ .Payload.After.kind | default "other" }}{{ end }}'
sdk.record.format.options: '{"id":{{ .Payload.After.id }},"name":{{ toJson .Payload.After.name }}}'
\`\`\`

| in the template | what it is |
| --- | --- |
| \`.Position\`, \`.Operation\` | the position, and \`create\`, \`update\`, \`delete\` or \`snapshot\` |
| \`.Metadata\` | a map of texts; \`.Metadata.GetCollection\`, \`.Metadata.GetReadAt\` and the other getters of Go's type |
| \`.Key\`, \`.Payload.Before\`, \`.Payload.After\` | structured data is a map, raw data is bytes: \`{{ printf "%s" .Key }}\` or \`{{ toString .Key.Bytes }}\` prints them as text |

Actions, pipelines, variables, \`if\`, \`with\`, \`range\`, \`break\`, \`continue\`, \`define\`, \`template\`, \`block\` and trim markers work as in Go, with Go's error texts.

## Errors

* A template that cannot be parsed, and an unknown function, are errors of the configuration.
* A template that fails for a record fails that record alone. So do an empty topic, and one that is no name in Kafka: \`.Metadata.key\` of a missing key is an error, where the official connector
  writes to the topic \`<no value>\`. In values (\`sdk.record.format\`) a missing key of any map is an error. The official connector then writes the record as \`opencdc/json\`.

## What differs from Go

* \`call\`, \`env\`, \`expandenv\`, \`getHostByName\`, and the functions that make or use keys (\`genPrivateKey\`, \`genCA\`, \`encryptAES\`, \`bcrypt\`, \`htpasswd\`, \`derivePassword\` and their like), are refused
  when the connector is configured. Complex numbers are refused too.
* The local time zone is UTC, and no other zone is known by name.
* \`keys\` and \`values\` come in the order of the keys; in Go their order is random. The groups of Unicode that regular expressions know are L, Lu, Ll, N, Nd, P, S, Z, Cc, Latin, Greek, Cyrillic and Han.
* One evaluation takes at most 1,000,000 steps, 32 MiB of memory and 16 MiB of output, and templates, parentheses and control structures may be nested 100 deep. Over that it fails the record.

## Functions
`;

/** The page as it is committed. */
export function committedTemplatePage() {
  return readFileSync(output, 'utf8');
}

export function writeTemplatePage(outputs) {
  writeFileSync(output, templatePage(outputs));
}
