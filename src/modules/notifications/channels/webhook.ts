/** Signed webhooks as of Standard Webhooks. Facts: github.com/standard-webhooks/standard-webhooks, specification. */
import { createHmac } from 'node:crypto';
import { delivered, refusedBy } from '../deliveries/outcome.ts';
import { checkAddress, postJson } from './ask-receiver.ts';
import { defineChannel, machines, type Outcome, type Parcel } from './channel.ts';

const mostBodyBytes = 20_000;

/**
 * One signature for each secret, separated by spaces: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
 * @param secrets `whsec_` and base64; the present one first.
 * @param timestamp seconds since 1970 of this attempt
 */
export function signaturesOf(secrets: readonly string[], { id, timestamp, body }: { id: string; timestamp: number; body: string }): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}

/** `{type, timestamp, data}`; the timestamp is of the event, so the body is the same over every attempt. */
export function webhookBody({ event, severity, title, message, createdAt, incidentId, alertId }: Parcel): string {
  const { action, subject, ...lines } = message;
  const data = { severity, title, ...lines, action, subject, incidentId, alertId };
  const body = JSON.stringify({ type: event, timestamp: createdAt.toISOString(), data });
  if (Buffer.byteLength(body) < mostBodyBytes) return body;
  const short = { ...data, what: '', where: data.where.slice(0, 300), howBad: data.howBad.slice(0, 300), done: data.done.slice(0, 300) };
  return JSON.stringify({ type: event, timestamp: createdAt.toISOString(), data: short });
}

export const webhook = defineChannel({
  id: 'webhook',
  title: 'Webhook',
  concurrency: 16,
  defaults: machines,
  place: ({ url }) => new URL(url).host,
  check: ({ url }, hosts) => checkAddress(url, hosts),
  async send(parcel, { url, signingSecret, previousSecret }, around): Promise<Outcome> {
    const body = webhookBody(parcel);
    const timestamp = Math.floor(Date.now() / 1000);
    const secrets = previousSecret === undefined ? [signingSecret] : [signingSecret, previousSecret];
    const asked = await postJson(url, body, {
      around,
      headers: {
        'webhook-id': parcel.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signaturesOf(secrets, { id: parcel.id, timestamp, body }),
      },
    });
    if ('failure' in asked) return asked.failure;
    const { status, body: answer } = asked.answer;
    if (status >= 200 && status < 300) return delivered('acknowledged', { httpStatus: status, answer });
    if (status === 410)
      return { ...refusedBy(asked.answer), outcome: 'disable', reason: 'The receiver is gone for good (410) and wants nothing more.' };
    return refusedBy(asked.answer);
  },
  explain: ({ httpStatus }) => {
    if (httpStatus === 401 || httpStatus === 403)
      return 'The receiver does not accept the signature. Compare the signing secret on both sides, and its clock with ours.';
    if (httpStatus === 404) return 'Nothing lives at this path of the receiver. Check the address.';
    return null;
  },
});
