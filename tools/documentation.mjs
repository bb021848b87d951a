// Writes docs/configuration.md and connector.yaml from the specification of the built component (`specify`).
// Usage: node tools/documentation.mjs     (after a build)
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { asYaml, connectorYaml } from '../host/cli/commands/specification.ts';

const root = path.resolve(import.meta.dirname, '..');
const output = path.join(root, 'docs/configuration.md');
const yamlOutput = path.join(root, 'connector.yaml');

const TYPES = { text: 'text', int: 'integer', float: 'number', boolean: 'boolean', file: 'file', duration: 'duration' };
const CHECKS = {
  required: () => 'required',
  'greater-than': (operand) => `greater than ${operand}`,
  'less-than': (operand) => `less than ${operand}`,
  inclusion: (operand) =>
    `one of ${operand
      .split(',')
      .map((value) => `\`${value}\``)
      .join(', ')}`,
  exclusion: (operand) =>
    `none of ${operand
      .split(',')
      .map((value) => `\`${value}\``)
      .join(', ')}`,
  regex: (operand) => `matches \`${operand}\``,
};

const INTRODUCTION = `# Configuration

<!-- Written by tools/documentation.mjs from the component's specification; do not edit. -->

All settings are texts. Blanks around names and values are removed, and a blank value counts as not set. If a setting is wrong, the whole
configuration is refused, with one line for each problem. A setting that is not listed here is an error.

| type | written as |
| --- | --- |
| text | as it is; lists are separated by commas |
| integer, number | \`1000\`, \`-1\`, \`2.5\` |
| boolean | \`true\`, \`t\`, \`1\`, \`false\`, \`f\`, \`0\` |
| duration | \`500ms\`, \`10s\`, \`1m30s\`, \`1.5h\`; units \`ns\`, \`us\`, \`ms\`, \`s\`, \`m\`, \`h\` |

Settings marked *secret* never enter the WebAssembly component: the host keeps the value and gives the component a reference.
Each of them may also be \`file:/path\`, the absolute path of a file with the value, in UTF-8 and at most 1 MiB. Blanks and line ends around the value are removed. The file is read again
for each connection and each login, so a rotated certificate or password is used from then on. In a Node program such files are read only with \`secretFiles: true\`.
`;

const EXAMPLES = {
  source: `\`\`\`yaml
connectors:
  - id: orders-in
    type: source
    plugin: standalone:kafka-wasm
    settings:
      servers: kafka-1.example.org:9092,kafka-2.example.org:9092
      topics: orders,returns
      groupID: conduit-orders
      readFromBeginning: "true"
\`\`\``,
  destination: `\`\`\`yaml
connectors:
  - id: orders-out
    type: destination
    plugin: standalone:kafka-wasm
    settings:
      servers: kafka.example.org:9093
      topic: 'copy.{{ index .Metadata "opencdc.collection" }}'
      sdk.record.format: raw
      tls.enabled: "true"
      caCert: |
        -----BEGIN CERTIFICATE-----
        ...
        -----END CERTIFICATE-----
\`\`\``,
};

const COMPATIBILITY = `## Configurations of the official Kafka connector

They work unchanged, also those of its first release. This table lists where its versions disagree, and where this connector is stricter:

| setting | rule here |
| --- | --- |
| \`topic\` on a source | an alias of \`topics\` for one topic, with a warning; both together are an error |
| lists | elements are trimmed; an empty one is an error |
| \`servers\` | a port that is no number, a scheme (\`PLAINTEXT://\`) or an empty element is an error of the configuration, not of the connection |
| \`tls.enabled\` not set | TLS is on if one of \`clientCert\`, \`clientKey\`, \`caCert\` is set |
| \`saslUsername\` and \`saslPassword\` without \`saslMechanism\` | \`PLAIN\`, with a warning, as in the first release; later ones do not log in |
| \`saslMechanism\` without the two | an error of the configuration, not of the connection |
| \`acks\` | besides \`none\`, \`one\` and \`all\` also \`0\`, \`1\` and \`-1\` |
| \`deliveryTimeout\` | \`10s\` by default, as in the first release; as a plugin of Conduit there is no limit unless it is set, as in later ones; \`0\` means no limit; times under a second work |
| \`batchBytes\`, \`clientID\`, \`sdk.record.format\` | what cannot work is refused when the connector is configured |
| \`topic\` on a destination | a template that uses \`call\`, \`env\`, \`expandenv\`, \`getHostByName\`, or a function that makes or uses keys, is refused when the connector is configured; a missing \`.Metadata.key\` fails the record |
| \`sdk.record.format: template\` | a record for which the template fails is refused; the official connector writes it as \`opencdc/json\` instead |
| \`acks\`, \`deliveryTimeout\` on a source, \`readFromBeginning\` on a destination | accepted without effect, as the first release did |
`;

function describe(param) {
  const facts = [TYPES[param.kind]];
  if (param.secret) facts.push('*secret*');
  if (param.defaultValue !== '') facts.push(`default \`${param.defaultValue}\``);
  facts.push(...param.validations.map((v) => CHECKS[v.kind](v.operand)));
  return `### \`${param.name}\`\n\n${facts.join(' · ')}\n\n${param.description}\n`;
}

/** The page for a specification. */
export function configurationPage(specification) {
  const { sourceParams, destinationParams } = specification;
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const both = sourceParams.filter((a) => destinationParams.some((b) => same(a, b)));
  const only = (params) => params.filter((a) => !both.some((b) => same(a, b)));
  return [
    INTRODUCTION,
    '## Source and destination\n',
    ...both.map(describe),
    `## Source\n\n${EXAMPLES.source}\n`,
    ...only(sourceParams).map(describe),
    `## Destination\n\n${EXAMPLES.destination}\n`,
    ...only(destinationParams).map(describe),
    COMPATIBILITY,
  ].join('\n');
}

/** The specification of the built component, which gets no capability. */
export async function builtSpecification() {
  const folder = path.join(root, 'dist/component');
  const { instantiate } = await import(pathToFileURL(path.join(folder, 'kafka.js')).href);
  const refuse = () => {
    throw new Error('specify must not call the host');
  };
  class Resource {}
  const { specifier } = await instantiate(async (file) => WebAssembly.compile(await readFile(path.join(folder, file))), {
    'conduit:connector/log': { log: refuse },
    'conduit:kafka/consumer': { Consumer: Resource },
    'conduit:kafka/producer': { Producer: Resource },
    'wasi:clocks/wall-clock': { now: refuse },
    'wasi:random/random': { getRandomU64: refuse },
  });
  return specifier.specify();
}

/** The page as it is committed. */
export function committedPage() {
  return readFileSync(output, 'utf8');
}

/** connector.yaml in the form of Conduit's registry: the output of the command `spec`. */
export function connectorFile(specification) {
  return asYaml(connectorYaml(specification));
}

/** connector.yaml as it is committed. */
export function committedConnectorFile() {
  return readFileSync(yamlOutput, 'utf8');
}

if (process.argv[1] === import.meta.filename) {
  const specification = await builtSpecification();
  writeFileSync(output, configurationPage(specification));
  writeFileSync(yamlOutput, connectorFile(specification));
}
