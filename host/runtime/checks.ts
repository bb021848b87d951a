import { ConnectorError } from '../base/errors.ts';
import type { Batch, Credit } from './contract.ts';
import type { Limits } from './limits.ts';
import { countFrames, lastFrame, surveyFrames } from '../conduit/frames.ts';

// jco silently coerces numbers (2^40 + 5 becomes 5, -1 becomes 4294967295), so the host checks both directions: the arguments and results of the
// guest's exports here, those of its imports in the capabilities.

const isU32 = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 0xffff_ffff;

/** Checks the credit that the host gives to the guest. */
export function checkCredit(credit: Credit): void {
  for (const [name, value] of Object.entries(credit) as [string, number][]) {
    if (!isU32(value)) throw new ConnectorError('internal', `credit.${name} must be an integer of 32 bits, it is ${value}`);
  }
}

/** Checks what the guest returned from `read`. Returns null, or the text of its breach of the contract. */
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

/** Checks what the guest returned from `write` for `records` records. Returns null, or the text of its breach of the contract. */
export function answerBreach(answer: Uint8Array, records: number, limits: Limits): string | null {
  if (answer.length > limits.writeBytes) return `write returned ${answer.length} bytes, the limit is ${limits.writeBytes}`;
  const acks = countFrames(answer);
  if (acks === null) return 'write returned data that is no Destination.Run.Response';
  if (acks !== records) return `write was given ${records} records and returned ${acks} acks`;
  return null;
}
