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

/** The status of a call that failed with this error. A user of Conduit sees only its text. */
export function statusOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const known = ConnectorError.from(error);
  return new StatusError(STATUS_OF[known.code] ?? STATUS.unknown, known.message);
}

/** The error for rejected settings, in the words of Conduit's SDK. */
export function configurationError(invalid: readonly InvalidParam[]): StatusError {
  const reasons = invalid.map((param) => param.reason).join('\n');
  return new StatusError(STATUS.invalidArgument, `failed to parse configuration: config invalid: ${reasons}`);
}

/** The error for a call that the state does not allow, in the words of Conduit's SDK. */
export function wrongState(expected: readonly string[], actual: string): StatusError {
  return new StatusError(
    STATUS.failedPrecondition,
    `expected connector state [${expected.join(' ')}], actual connector state is ${actual}`,
  );
}
