import { describe, expect, test } from 'vitest';
import { ConnectorError, type ErrorKind } from '../../../host/base/errors.ts';
import { GivenErrors } from '../../../host/runtime/wit-error.ts';

describe('an error that a guest returns', () => {
  test('with the code that it was given is the error of the host again, in the words of the guest', () => {
    const given = new GivenErrors();
    const error = new ConnectorError('kafka.corrupt', 'CRC does not match', { fields: { topic: 't' } });
    const { payload } = given.give(error);
    expect(payload).toEqual({ kind: 'rejected', text: 'CRC does not match', code: 'kafka.corrupt' });
    expect(given.errorOf({ ...payload, text: 'while reading: it is broken' })).toMatchObject({
      code: 'kafka.corrupt',
      message: 'while reading: it is broken',
      fields: { topic: 't' },
      cause: error,
    });
  });

  test('keeps the code when other errors were given meanwhile', () => {
    const given = new GivenErrors();
    const { payload } = given.give(new ConnectorError('kafka.corrupt', 'first'));
    given.give(new ConnectorError('kafka.rejected', 'second'));
    expect(given.errorOf(payload).code).toBe('kafka.corrupt');
  });

  test('never has the fields of another error with the same code', () => {
    const given = new GivenErrors();
    const { payload } = given.give(new ConnectorError('kafka.rejected', 'a is full', { fields: { topic: 'a' } }));
    given.give(new ConnectorError('kafka.rejected', 'b is full', { fields: { topic: 'b' } }));
    expect(given.errorOf({ ...payload, text: `while writing: ${payload.text}` })).toMatchObject({
      code: 'kafka.rejected',
      fields: { topic: 'a' },
    });
    expect(given.errorOf({ ...payload, text: 'reworded' })).toMatchObject({ code: 'kafka.rejected', fields: {} });
  });

  test('is not recognised by its text', () => {
    const given = new GivenErrors();
    given.give(new ConnectorError('kafka.timeout', 'the broker does not answer'));
    expect(given.errorOf({ kind: 'timeout', text: 'the broker does not answer' }).code).toBe('remote.timeout');
  });

  test.each(['guest.trap', 'internal', 'kafka.unreachable', 'made up'])('has no code %s that it was not given', (code) => {
    expect(new GivenErrors().errorOf({ kind: 'other', text: 'text', code })).toMatchObject({ code: 'guest.failed', retryable: false });
  });

  test('has no code that it was given with another kind', () => {
    const given = new GivenErrors();
    given.give(new ConnectorError('kafka.unreachable', 'away'));
    expect(given.errorOf({ kind: 'rejected', text: 'no', code: 'kafka.unreachable' }).code).toBe('remote.rejected');
  });

  test.each<[ErrorKind, string, boolean]>([
    ['invalid-config', 'config.invalid', false],
    ['invalid-position', 'position.invalid', false],
    ['permission-denied', 'policy.denied', false],
    ['timeout', 'remote.timeout', true],
    ['unavailable', 'remote.unreachable', true],
    ['rejected', 'remote.rejected', false],
    ['limit-exceeded', 'limit.exceeded', false],
    ['cancelled', 'cancelled', false],
    ['other', 'guest.failed', false],
  ])('of the kind %s has a code that speaks of no system in particular', (kind, code, retryable) => {
    expect(new GivenErrors().errorOf({ kind, text: 'text' })).toMatchObject({ code, kind, retryable });
  });

  test.each([undefined, null, 'text', {}, { kind: 'other' }, { text: 'text' }, { kind: 5, text: 'text' }])(
    'of another form (%j) is a failure of the guest',
    (payload) => {
      expect(new GivenErrors().errorOf(payload)).toMatchObject({
        code: 'guest.failed',
        message: 'the guest failed without a reason: expected a WIT error with kind and text',
      });
    },
  );
});
