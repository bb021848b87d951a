// What a template may cost: a template that goes over a bound fails its record, and the next record is written.
import { describe, expect, test } from 'vitest';
import { openDestination, write } from '../support/data-path.ts';
import { raw, record } from '../support/opencdc-records.ts';

const PREFIX = 'failed to prepare record: template execution failed: template: :';
const outcome = async (template: string, key = 'k') => {
  const guest = await openDestination({
    'sdk.record.format': 'template',
    'sdk.record.format.options': `{{ if eq (toString .Key.Bytes) "ok" }}fine{{ else }}${template}{{ end }}`,
  });
  const { acks, records } = await write(guest, [record('a', { key: raw(key) }), record('b', { key: raw('ok') })]);
  expect(acks[1]!.error).toBe('');
  expect(records.at(-1).value!.toString()).toBe('fine');
  return acks[0]!.error;
};

describe('a template', () => {
  test('that loops too long is an error of the record', async () => {
    const error = await outcome('{{ range until 5000 }}{{ range until 5000 }}{{ end }}{{ end }}');
    expect(error).toContain(PREFIX);
    expect(error).toContain('the template takes more than 1000000 steps');
  });
  test('that prints too much is an error of the record', async () => {
    expect(await outcome('{{ $x := repeat 900000 "0123456789" }}{{ $x }}{{ $x }}')).toContain('the text is longer than 16777216 bytes');
  });
  test('that takes too much memory is an error of the record', async () => {
    expect(await outcome('{{ $x := "0123456789" }}{{ range until 40 }}{{ $x = print $x $x }}{{ end }}')).toMatch(
      /the template takes more than 33554432 bytes of memory|the text is longer than 16777216 bytes/,
    );
    expect(await outcome('{{ range until 10000000 }}{{ end }}')).toMatch(/too large|steps|bytes of memory/);
  });
  test('that calls itself without end is an error of the record', async () => {
    expect(await outcome('{{ block "r" . }}{{ template "r" . }}{{ end }}')).toContain('the template is nested deeper than 400 levels');
  });
  test('whose values hold each other without end is an error of the record', async () => {
    expect(await outcome('{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ $d }}')).toContain('nested deeper than');
    expect(await outcome('{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ toJson $d }}')).toContain('nested deeper than');
    expect(await outcome('{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ deepCopy $d }}')).toContain('nested deeper than');
  });
  test('with a regular expression that would take other engines for ever ends', async () => {
    expect(await outcome('{{ regexMatch "^(a+)+$" (print (repeat 5000 "a") "b") }}')).toBe('');
    expect(await outcome('{{ regexReplaceAll "(x+x+)+y" (repeat 2000 "x") "-" | len }}')).toMatch(/^$|steps/);
  });
  test('with a very large regular expression is an error of the record', async () => {
    expect(await outcome('{{ regexMatch (repeat 500000 "ab") "x" }}')).toContain('error parsing regexp: expression too large');
    expect(await outcome('{{ mustRegexMatch "((a{100}){100}){100}" "x" }}')).toContain('error parsing regexp: expression too large');
  });
  test('that fails with a very long text is an error of the record', async () => {
    expect(await outcome('{{ fail (repeat 500000 "0123456789") }}')).toContain('error calling fail: 0123456789');
  });
  test('nested too deeply in its source is refused', async () => {
    const deep = `${'{{ if true }}'.repeat(200)}x${'{{ end }}'.repeat(200)}`;
    await expect(openDestination({ topic: deep })).rejects.toThrow('max expression depth exceeded');
    await expect(openDestination({ topic: `{{ ${'('.repeat(200)}1${')'.repeat(200)} }}` })).rejects.toThrow(
      'max expression depth exceeded',
    );
  });
});
