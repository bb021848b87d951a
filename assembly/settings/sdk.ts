// Settings of Conduit's connector SDK that the host implements: sdk.batch, sdk.rate, sdk.schema. The guest validates them.
import { Parameter, boolean, duration, float, int, text } from './parameter';

export function sourceSdkParameters(): Parameter[] {
  return [
    int('sdk.batch.size', '0', 'Largest number of records handed to Conduit at once. 0: whatever is there, up to a bound in bytes.')
      .greaterThan('-1')
      .byHost(),
    duration(
      'sdk.batch.delay',
      '0',
      'Longest time that a record waits for a batch of sdk.batch.size to fill. 0: records are handed on at once.',
    ).byHost(),
    text('sdk.schema.extract.type', 'avro', 'Type of the schema extracted from structured records.').oneOf('avro').byHost(),
    boolean(
      'sdk.schema.extract.key.enabled',
      'false',
      "Extract an Avro schema from structured record keys, register it in Conduit's schema registry and encode the keys with it.",
    ).byHost(),
    text(
      'sdk.schema.extract.key.subject',
      'key',
      'Subject of the extracted key schema. A record with a collection gets the collection in front of it.',
    ).byHost(),
    boolean(
      'sdk.schema.extract.payload.enabled',
      'false',
      "Extract an Avro schema from structured record payloads, register it in Conduit's schema registry and encode the payloads with it.",
    ).byHost(),
    text(
      'sdk.schema.extract.payload.subject',
      'payload',
      'Subject of the extracted payload schema. A record with a collection gets the collection in front of it.',
    ).byHost(),
    boolean(
      'sdk.schema.context.enabled',
      'true',
      'Put the schema context in front of the subjects, so that connectors do not share schemas by accident.',
    ).byHost(),
    text('sdk.schema.context.name', '', 'Name of the schema context. When empty, the identifier of the connector in Conduit.').byHost(),
  ];
}

export function destinationSdkParameters(): Parameter[] {
  return [
    int('sdk.batch.size', '0', 'Number of records to gather before they are written. 0: write what has arrived.')
      .greaterThan('-1')
      .byHost(),
    duration(
      'sdk.batch.delay',
      '0',
      'Longest time that a record waits for a batch of sdk.batch.size to fill. 0: no wait of its own.',
    ).byHost(),
    float('sdk.rate.perSecond', '0', 'Largest number of records written per second. 0: no limit.').greaterThan('-1').byHost(),
    int('sdk.rate.burst', '0', 'Number of records that may be written at once when the rate is limited. 0: sdk.rate.perSecond, rounded up.')
      .greaterThan('-1')
      .byHost(),
    boolean(
      'sdk.schema.extract.key.enabled',
      'true',
      "Decode keys that carry an Avro schema in their metadata, with Conduit's schema registry. Other keys are left alone.",
    ).byHost(),
    boolean(
      'sdk.schema.extract.payload.enabled',
      'true',
      "Decode payloads that carry an Avro schema in their metadata, with Conduit's schema registry. Other payloads are left alone.",
    ).byHost(),
  ];
}
