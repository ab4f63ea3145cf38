/** A probe through a session's host, whose finished rows outlive the host and the user's patience. */
import { Failure } from '../core/errors.ts';
import { Heard } from '../lab/probe-conclusion.ts';
import type { ProbeRequest, ProbeResult } from '../lab/probe-result.ts';
import type { Progress } from '../lab/protocol.ts';
import type { Session } from './session.ts';

export interface ProbeCall {
  readonly result: ProbeResult;
  /** True where the host must be restarted before another call. */
  readonly restart: boolean;
  /** What cut the run short, and so ends the command; null where the run ended by itself. */
  readonly ended: Failure | null;
}

/** Throws what keeps a host from being opened, and a `Refusal`. */
export async function callProbe(
  session: Session,
  request: ProbeRequest,
  onProgress: (progress: Progress) => void = () => {},
): Promise<ProbeCall> {
  const report = await session.device();
  const heard = new Heard(request);
  const begun = performance.now();
  try {
    const reply = await session.call('probe', request, (message) => {
      heard.hear(message);
      onProgress(message);
    });
    return { ...reply, ended: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { result: heard.cutShort(error, report, performance.now() - begun), restart: false, ended: error };
  }
}

/** Of a probe that was not begun, since another one was cut short. */
export async function unbegun(session: Session, request: ProbeRequest, ended: Failure): Promise<ProbeResult> {
  return new Heard(request).cutShort(ended, await session.device(), 0);
}
