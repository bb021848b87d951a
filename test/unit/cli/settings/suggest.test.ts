import { describe, expect, it } from 'vitest';
import { explain, nearest } from '../../../../host/cli/settings/suggest.ts';

const KNOWN = ['servers', 'topics', 'topic', 'groupID', 'readFromBeginning', 'clientCert', 'clientKey', 'caCert'];

describe('the nearest known name', () => {
  it.each([
    ['topicz', 'topics'],
    ['server', 'servers'],
    ['groupid', 'groupID'],
    ['readFromBegining', 'readFromBeginning'],
    ['clientcert', 'clientCert'],
  ])('of %s is %s', (name, expected) => {
    expect(nearest(name, KNOWN)).toBe(expected);
  });

  it('is none when nothing is near', () => {
    expect(nearest('compression', KNOWN)).toBeNull();
    expect(nearest('x', KNOWN)).toBeNull();
  });
});

describe('the explanation of a problem', () => {
  it('adds the nearest name to the connector’s own text', () => {
    expect(explain({ name: 'topicz', reason: '"topicz": unrecognized parameter' }, KNOWN)).toBe(
      '"topicz": unrecognized parameter; did you mean "topics"?',
    );
  });

  it('leaves a problem with a known name as it is', () => {
    expect(explain({ name: 'topic', reason: 'too long' }, KNOWN)).toBe('too long');
  });
});
