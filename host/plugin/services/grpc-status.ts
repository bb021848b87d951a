import { ConnectorError, type ErrorCode } from '../../base/errors.ts';
import type { InvalidParam } from '../../runtime/contract.ts';
import { STATUS, StatusError, type StatusCode } from '../grpc/status.ts';

const STATUS_OF: Partial<Record<ErrorCode, StatusCode>> = {
  'config.invalid': STATUS.invalidArgument,
  'position.invalid': STATUS.invalidArgument,
  'input.invalid': STATUS.invalidArgument,
  'kafka.unreachable': STATUS.unavailable,
  'kafka.timeout': STATUS.deadlineExceeded,
  'remote.unreachable': STATUS.unavailable,
  'remote.timeout': STATUS.deadlineExceeded,
  'limit.exceeded': STATUS.resourceExhausted,
  'policy.denied': STATUS.failedPrecondition,
  cancelled: STATUS.cancelled,
};

/** The status of a call that failed with this. Its text is all that a user of Conduit sees. */
export function statusOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const known = ConnectorError.from(error);
  return new StatusError(STATUS_OF[known.code] ?? STATUS.unknown, known.message);
}

/** The text of a rejected configuration, as every connector that is written with Conduit's SDK words it. */
export function configurationError(invalid: readonly InvalidParam[]): StatusError {
  const reasons = invalid.map((param) => param.reason).join('\n');
  return new StatusError(STATUS.invalidArgument, `failed to parse configuration: config invalid: ${reasons}`);
}

/** A call that does not fit the state; the wording is that of Conduit's SDK. */
export function wrongState(expected: readonly string[], actual: string): StatusError {
  return new StatusError(
    STATUS.failedPrecondition,
    `expected connector state [${expected.join(' ')}], actual connector state is ${actual}`,
  );
}
