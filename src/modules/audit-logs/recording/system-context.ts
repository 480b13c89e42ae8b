/** What the log does by itself, in one workspace. */
import type { Context } from '../../../contract/actor.ts';
import { systemActor } from '../../../platform/actors.ts';
import { newTraceId } from '../../../platform/http/trace.ts';

export function systemContext(workspaceId: string, id: string): Context {
  return {
    actor: systemActor(workspaceId, id),
    traceId: newTraceId(),
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
}
