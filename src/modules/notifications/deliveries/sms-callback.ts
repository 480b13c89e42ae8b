/** Twilio says what became of a text message. Nobody is signed in: the signature is the proof. */
import type { Context } from '../../../contract/actor.ts';
import { systemActor } from '../../../platform/actors.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { newTraceId } from '../../../platform/http/trace.ts';
import { isSignedByTwilio, smsCallbackPath } from '../channels/sms.ts';
import { openDestination } from '../destinations/destination-store.ts';
import { buryLetter, presentSurroundings } from './deliver.ts';
import { deliveryProblems as problems } from './delivery-contract.ts';
import { findDelivery } from './delivery-store.ts';
import { settleByCallback, whoseMessage } from './settle-store.ts';

type Callback = Readonly<Record<string, unknown>> & { readonly id: string };

/** An unknown message and a wrong signature are refused with the same words. @throws notifications.callbackRefused */
export async function takeSmsCallback(
  { id, ...fields }: Callback,
  signature: string | undefined,
  base = presentSurroundings().callbackBase,
): Promise<{ taken: boolean }> {
  const found = await systemTransaction(() => whoseMessage(id), { readOnly: true });
  if (found === null || signature === undefined || base === null) throw problems.callbackRefused();
  return await transaction(contextOf(found.workspaceId), async () => {
    const { authToken } = await openDestination(found.destinationId);
    const parameters = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]));
    const url = new URL(smsCallbackPath(id), base).href;
    if (authToken === undefined || !isSignedByTwilio(authToken, { url, parameters, signature })) throw problems.callbackRefused();
    return { taken: await take(id, parameters) };
  });
}

/** `delivered` is the only word that says a telephone has it. */
async function take(id: string, parameters: URLSearchParams): Promise<boolean> {
  const status = parameters.get('MessageStatus');
  if (status === 'delivered' || status === 'read') return await settleByCallback(id, 'acknowledged', null);
  if (status !== 'failed' && status !== 'undelivered') return false;
  const code = parameters.get('ErrorCode') ?? 'unknown';
  const reason = `The network did not deliver it (${/^\d{1,6}$/.test(code) ? code : 'unknown'}).`;
  if (!(await settleByCallback(id, 'dead', reason))) return false;
  const delivery = await findDelivery(id);
  if (delivery !== null)
    await buryLetter(delivery, { destinationId: delivery.destinationId, name: delivery.destinationName, channel: 'sms' }, reason);
  return true;
}

function contextOf(workspaceId: string): Context {
  return {
    actor: systemActor(workspaceId, 'notifications.callback'),
    traceId: newTraceId(),
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
}
