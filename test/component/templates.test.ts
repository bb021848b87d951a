// Templates against what Go's text/template with sprig prints: test/support/vectors/templates.json, which tools/go-vectors makes of template-cases.txt.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { requestOf, writeBytes } from '../support/data-path.ts';
import { type Guest, problemsOf, startGuest } from '../support/guest.ts';

interface Vector {
  template: string;
  record: number;
  output?: string;
  base64?: string;
  /** The error of the template. */
  invalid?: string;
  /** The error of the record. */
  error?: string;
}
const { records, strict, topics } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../support/vectors/templates.json'), 'utf8'),
) as { records: string[]; strict: Vector[]; topics: Vector[] };

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
});

interface Outcome {
  problems: string;
  error: string;
  value: Buffer | null;
  topic: string | undefined;
}

/** Configures the destination and writes one record. */
async function run(config: Record<string, string>, record: number): Promise<Outcome> {
  const problems = await problemsOf(guest, 'destination', { servers: 'localhost:9092', ...config });
  const outcome = { error: '', value: null, topic: undefined };
  if (problems.length > 0) return { ...outcome, problems: problems.map((problem) => problem.reason).join('\n') };
  await guest.destination.open();
  try {
    const written = await writeBytes(guest, requestOf([Buffer.from(records[record]!, 'base64')]));
    const sent = written.records[0];
    return { problems: '', error: written.acks[0]!.error, value: sent?.value ?? null, topic: sent?.topic };
  } finally {
    await guest.destination.teardown();
  }
}

const title = (vector: Vector) => `${vector.template} (record ${vector.record})`;

describe('sdk.record.format template', () => {
  test.each(strict.map((vector) => [title(vector), vector] as const))('prints what Go prints: %s', async (_, vector) => {
    const config = { topic: 'out', 'sdk.record.format': 'template', 'sdk.record.format.options': vector.template };
    const { problems, error, value } = await run(config, vector.record);
    const expected = vector.base64 === undefined ? vector.output : Buffer.from(vector.base64, 'base64').toString('latin1');
    expect({
      invalid: problems.replace('invalid sdk.record.format.options for "template": failed to parse template: ', ''),
      error: error.replace('failed to prepare record: template execution failed: ', ''),
      output: value?.toString(vector.base64 === undefined ? 'utf8' : 'latin1'),
    }).toEqual({ invalid: vector.invalid ?? '', error: vector.error ?? '', output: expected });
  });
});

describe('topic', () => {
  const NEITHER = 'topic is neither a valid static Kafka topic nor a valid Go template: ';
  const FAILED = 'failed to prepare record: could not get topic: ';
  const templates = topics.filter(({ template }) => template.includes('{{') && template.includes('}}'));
  test.each(templates.map((vector) => [title(vector), vector] as const))(
    'is what Go prints, or an error of the record: %s',
    async (_, vector) => {
      const { problems, error, topic } = await run({ topic: vector.template }, vector.record);
      const output = vector.output ?? '';
      const isName = /^[\w.-]{1,249}$/.test(output) && output !== '.' && output !== '..';
      if (vector.invalid !== undefined) expect(problems).toBe(`${NEITHER}${vector.invalid}`);
      else if (problems !== '') {
        // Text that can be in no name is refused at once.
        expect(problems).toMatch(/cannot be part of the name of a topic$/);
        expect(isName).toBe(false);
      } else if (vector.error !== undefined) expect(error).toBe(`${FAILED}failed to execute topic template: ${vector.error}`);
      else if (isName) expect([error, topic]).toEqual(['', output]);
      else if (output === '' && vector.base64 === undefined) expect(error).toMatch(`${FAILED}topic not found on record `);
      else expect(error).toMatch(output.includes('<no value>') ? /topic not found|INVALID_TOPIC/ : 'INVALID_TOPIC_EXCEPTION');
    },
  );
});
