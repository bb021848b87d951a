import { ConnectorError } from '../base/errors.ts';
import type { Fetched, Outgoing, SendFailure } from '../kafka/contract.ts';
import type { Batch, Credit } from './contract.ts';
import type { Limits } from './limits.ts';
import { countFrames, lastFrame, surveyFrames } from '../conduit/frames.ts';

// jco coerces numbers without a word (2^40 + 5 becomes 5, -1 becomes 4294967295), so both directions are checked here.

const isU32 = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 0xffff_ffff;
const isS32 = (n: number): boolean => Number.isInteger(n) && n >= -0x8000_0000 && n <= 0x7fff_ffff;
const isS64 = (n: bigint): boolean => typeof n === 'bigint' && BigInt.asIntN(64, n) === n;

/** What the host's consumer gives to the guest. A breach is a bug of the host: TypeError, which replaces the instance. */
export function checkFetched(fetched: Fetched[], maxRecords: number): void {
  let records = 0;
  for (const { partition, epoch, records: set } of fetched) {
    if (!isS32(partition) || !isU32(epoch) || !isU32(set.count) || !isS64(set.baseOffset) || !isS64(set.baseTimestamp)) {
      throw new TypeError('poll returned a number that is out of range');
    }
    records += set.count;
  }
  if (records > maxRecords) throw new TypeError(`poll was asked for ${maxRecords} records and returned ${records}`);
}

/** What the host's producer gives to the guest. */
export function checkSendFailures(failures: SendFailure[], outgoing: Outgoing[]): void {
  let count = 0;
  for (const { records } of outgoing) count += records.count;
  for (const { index } of failures) {
    if (!isU32(index) || index >= count) throw new TypeError(`send reported record ${index} of ${count}`);
  }
}

/** What the host asks of the guest. */
export function checkCredit(credit: Credit): void {
  for (const [name, value] of Object.entries(credit) as [string, number][]) {
    if (!isU32(value)) throw new ConnectorError('internal', `credit.${name} must be an integer of 32 bits, it is ${value}`);
  }
}

/** What the guest returned from `read`; null, or the text of its breach of the contract. */
export function batchBreach(batch: Batch, credit: Credit, limits: Limits): string | null {
  if (batch.count > credit.maxRecords) {
    return `read was granted ${credit.maxRecords} records and returned ${batch.count}`;
  }
  if (batch.count < 1) return 'read returned a batch of no records';
  if (batch.data.length > limits.batchBytes) return `read returned ${batch.data.length} bytes, the limit is ${limits.batchBytes}`;
  if (batch.lastPosition.length === 0) return 'read returned an empty position';
  if (batch.lastPosition.length > limits.positionBytes) {
    return `read returned a position of ${batch.lastPosition.length} bytes, the limit is ${limits.positionBytes}`;
  }
  const records = surveyFrames(batch.data);
  if (records === null) return 'read returned data that is no Source.Run.Response';
  if (records.count !== batch.count) return `read returned a count of ${batch.count} with ${records.count} records`;
  const last = lastFrame(batch.data.subarray(records.start, records.end)); // field 1 of a record is its position
  if (last === null || Buffer.compare(last, batch.lastPosition) !== 0) return "read returned a last position that is not its last record's";
  return null;
}

/** What the guest returned from `write` for `records` records. */
export function answerBreach(answer: Uint8Array, records: number, limits: Limits): string | null {
  if (answer.length > limits.writeBytes) return `write returned ${answer.length} bytes, the limit is ${limits.writeBytes}`;
  const acks = countFrames(answer);
  if (acks === null) return 'write returned data that is no Destination.Run.Response';
  if (acks !== records) return `write was given ${records} records and returned ${acks} acks`;
  return null;
}
