import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBytes, decodeConfig, encodeBytes, encodeInteger, encodeSpecifyResponse } from '../../../host/conduit/protocol-messages.ts';
import { encodeFrames, readStreamMessage } from '../../../host/conduit/stream-message.ts';
import type { Param, Specification } from '../../../host/runtime/contract.ts';
import { decode, encode } from '../../support/protocol.ts';

describe('control messages, held to proto/', () => {
  test('the specification arrives with every parameter, type and validation', () => {
    const kinds = ['text', 'int', 'float', 'boolean', 'file', 'duration'] as const;
    const validations = ['required', 'greater-than', 'less-than', 'inclusion', 'exclusion', 'regex'] as const;
    const params: Param[] = kinds.map((kind, index) => ({
      name: `p.${kind}`,
      description: 'what it is äö',
      defaultValue: index === 0 ? '' : 'd',
      kind,
      validations: [{ kind: validations[index]!, operand: 'a,b' }],
      secret: false,
      hostImplemented: false,
    }));
    const specification: Specification = {
      name: 'kafka-wasm',
      summary: 's',
      description: 'd\nd',
      version: 'v1.2.3',
      author: 'a',
      sourceParams: params,
      destinationParams: params.slice(0, 1),
    };
    const decoded = decode<{ specification: Record<string, unknown> }>(
      'connector.v2.Specifier.Specify.Response',
      encodeSpecifyResponse(specification),
    );
    const expected = Object.fromEntries(
      params.map((param, index) => [
        param.name,
        { default: param.defaultValue, description: param.description, type: index + 1, validations: [{ type: index + 1, value: 'a,b' }] },
      ]),
    );
    expect(decoded.specification).toEqual({
      name: 'kafka-wasm',
      summary: 's',
      description: 'd\nd',
      version: 'v1.2.3',
      author: 'a',
      source_params: expected,
      destination_params: { 'p.text': expected['p.text'] },
    });
  });

  test('an empty specification is still there: Conduit dereferences it', () => {
    const empty = { name: '', summary: '', description: '', version: '', author: '', sourceParams: [], destinationParams: [] };
    expect(
      decode<{ specification: unknown }>('connector.v2.Specifier.Specify.Response', encodeSpecifyResponse(empty)).specification,
    ).not.toBeNull();
  });

  test('any configuration is read as it was written', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(fc.dictionary(text, text), (config) => {
        expect({ ...decodeConfig(encode('connector.v2.Source.Configure.Request', { config })) }).toEqual({ ...config });
      }),
    );
  });

  test('any position is read and written byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (position) => {
        expect(Buffer.from(decodeBytes(encode('connector.v2.Source.Open.Request', { position }))).equals(position)).toBe(true);
        expect(
          decode<{ last_position: Buffer }>('connector.v2.Source.Stop.Response', encodeBytes(position)).last_position.equals(position),
        ).toBe(true);
      }),
    );
  });

  test('the health answer is SERVING', () => {
    expect(decode('grpc.health.v1.HealthCheckResponse', encodeInteger(1))).toEqual({ status: 1 });
  });
});

describe('the framing of repeated items', () => {
  const items = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 });

  test('counts the items of any message and leaves its bytes alone', () => {
    fc.assert(
      fc.property(items, (list) => {
        const message = encodeFrames(list);
        const read = readStreamMessage(message, 'items');
        expect(read.count).toBe(list.length);
        expect(read.bytes).toBe(message);
      }),
    );
  });

  test('takes items of megabytes', () => {
    const message = encodeFrames([new Uint8Array(3_000_000), new Uint8Array(20_000), new Uint8Array(1)]);
    const read = readStreamMessage(message, 'items');
    expect(read.bytes).toBe(message);
    expect(read.count).toBe(3);
  });

  test('takes out the fields that it does not know', () => {
    fc.assert(
      fc.property(items, fc.uint8Array({ maxLength: 20 }), (list, extra) => {
        const unknown = Buffer.concat([Buffer.from([0x12, extra.length]), extra, Buffer.from([0x18, 0x96, 0x01])]);
        const message = Buffer.concat(list.flatMap((item) => [unknown, encodeFrames([item])]).concat(unknown));
        expect(Buffer.from(readStreamMessage(message, 'items').bytes).equals(encodeFrames(list))).toBe(true);
      }),
    );
  });

  test('refuses or reads any bytes, and what it reads can be concatenated', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let read;
        try {
          read = readStreamMessage(bytes, 'items');
        } catch (error) {
          expect(error).toMatchObject({ code: 'input.invalid' });
          return;
        }
        expect(readStreamMessage(Buffer.concat([read.bytes, encodeFrames([Buffer.from('next')])]), 'items').count).toBe(read.count + 1);
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses every truncation of a message', () => {
    const message = encodeFrames([Buffer.alloc(10, 1), Buffer.alloc(200, 2), Buffer.alloc(20_000, 3)]);
    const boundaries = new Set([0, 12, 215, message.length]);
    for (let length = 0; length <= message.length; length += length < 300 ? 1 : 997) {
      const read = (): unknown => readStreamMessage(message.subarray(0, length), 'items');
      if (boundaries.has(length)) expect(read).not.toThrow();
      else expect(read).toThrow('do not decode');
    }
  });
});
