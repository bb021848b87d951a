/** One connection for `doctor`, closed as soon as it is made: how far it comes, and with what certificate. */
import type { TLSSocket } from 'node:tls';
import { ConnectorError } from '../../base/errors.ts';
import type { Dialer, Target } from '../../net/dialer.ts';
import type { Certificate, DialOutcome } from '../inspector.ts';
import { dialFailure } from './errors.ts';

const NO_SUCH_NAME: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'EAI_AGAIN']);

export async function dialOnce(dialer: Dialer, target: Target, usesTls: boolean, signal?: AbortSignal): Promise<DialOutcome> {
  try {
    const socket = await dialer.connect(target, signal);
    return { address: socket.remoteAddress ?? target.host, certificate: usesTls ? certificateOf(socket as TLSSocket) : null };
  } catch (error) {
    const { text } = dialFailure(target.host, target.port, error, usesTls ? true : undefined);
    const { code } = error as { code?: unknown };
    return { failure: { step: stepOf(error, usesTls), text, code: typeof code === 'string' ? code : '' } };
  } finally {
    dialer.destroy(new Error('closed'));
  }
}

function stepOf(error: unknown, usesTls: boolean): 'policy' | 'name' | 'tcp' | 'tls' {
  if (error instanceof ConnectorError) return 'policy';
  if (NO_SUCH_NAME.has((error as { code?: unknown }).code)) return 'name';
  return usesTls ? 'tls' : 'tcp';
}

function certificateOf(socket: TLSSocket): Certificate | null {
  const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate();
  if (validTo === undefined) return null;
  const name = (of: { CN?: string | string[]; O?: string | string[] } | undefined): string =>
    [of?.CN ?? of?.O ?? 'without a name'].flat().join(', ');
  return { subject: name(subject), issuer: name(issuer), validTo: new Date(validTo), protocol: socket.getProtocol() ?? 'TLS' };
}
