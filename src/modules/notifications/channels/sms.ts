/** SMS through Twilio. Facts: twilio.com/docs, "Messages resource", error dictionary, "Validating requests". */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { sameText } from '../../../platform/secret.ts';
import { delivered, failed, refusedBy } from '../deliveries/outcome.ts';
import { askReceiver } from './ask-receiver.ts';
import { defineChannel, type OpenAddress, type Outcome, type Parcel, people, type Surroundings } from './channel.ts';
import { smsReference, smsText } from './sms-text.ts';

const base = 'https://api.twilio.com';
const Created = z.object({ sid: z.string().max(64) });
const Listed = z.object({ messages: z.array(z.object({ sid: z.string().max(64), body: z.string(), status: z.string() })).max(1000) });
const Refused = z.object({ code: z.int() });

function parsed<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // Whatever a proxy between says is no answer of Twilio.
    return null;
  }
}

/**
 * HMAC-SHA1 of the full address followed by every parameter's name and value, in the order of the names, base64.
 * @source twilio.com/docs/usage/security, "Validating Signatures from Twilio".
 */
export function twilioSignature(authToken: string, url: string, parameters: URLSearchParams): string {
  const rest = [...parameters].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([name, value]) => name + value);
  return createHmac('sha1', authToken)
    .update(url + rest.join(''))
    .digest('base64');
}

export function isSignedByTwilio(
  authToken: string,
  { url, parameters, signature }: { url: string; parameters: URLSearchParams; signature: string },
): boolean {
  return sameText(twilioSignature(authToken, url, parameters), signature);
}

export const smsCallbackPath = (outboxId: string): string => `/api/notifications/callbacks/sms/${outboxId}`;

type SmsAddress = OpenAddress<'sms'>;
const headersOf = ({ accountSid, authToken }: SmsAddress) => ({
  authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
  accept: 'application/json',
});

function formOf(parcel: Parcel, { to, sender }: SmsAddress, { callbackBase }: Surroundings): string {
  const form = new URLSearchParams({ To: to, Body: smsText(parcel) });
  form.set(sender.startsWith('MG') && sender.length === 34 ? 'MessagingServiceSid' : 'From', sender);
  if (callbackBase !== null) form.set('StatusCallback', new URL(smsCallbackPath(parcel.id), callbackBase).href);
  return form.toString();
}

/**
 * Twilio keeps no idempotency key: after an attempt without an answer it is asked which messages went to this number since.
 * @returns the message that carries our reference, `none`, or the failure of asking.
 */
async function findEarlier(parcel: Parcel, address: SmsAddress, around: Surroundings): Promise<{ sid: string } | 'none' | Outcome> {
  const url = new URL(`/2010-04-01/Accounts/${address.accountSid}/Messages.json`, around.twilioUrl ?? base);
  url.searchParams.set('To', address.to);
  // Whole days in UTC; a day more, because the first attempt may have ended after midnight.
  url.searchParams.set('DateSent>', new Date(parcel.firstTriedAt.getTime() - 86_400_000).toISOString().slice(0, 10));
  url.searchParams.set('PageSize', '50');
  const asked = await askReceiver(url.href, { method: 'GET', around, headers: headersOf(address), timeoutMs: 8000 });
  if ('failure' in asked) return asked.failure;
  if (asked.answer.status !== 200) return refusedBy(asked.answer);
  const list = parsed(Listed, asked.answer.body);
  if (list === null) return failed('retry', 'The list of earlier messages cannot be read, so it is not known whether this one was sent.');
  const earlier = list.messages.find(({ body }) => body.endsWith(smsReference(parcel.id)));
  return earlier === undefined ? 'none' : { sid: earlier.sid };
}

export const sms = defineChannel({
  id: 'sms',
  title: 'SMS',
  concurrency: 4,
  defaults: people,
  place: ({ to }) => to,
  check: () => {},
  async send(parcel, address, around): Promise<Outcome> {
    if (parcel.isDoubtful) {
      const earlier = await findEarlier(parcel, address, around);
      if (earlier !== 'none' && 'outcome' in earlier) return earlier;
      if (earlier !== 'none') return delivered('sent', { answer: 'An earlier attempt had been taken.', remoteId: earlier.sid });
    }
    const asked = await askReceiver(new URL(`/2010-04-01/Accounts/${address.accountSid}/Messages.json`, around.twilioUrl ?? base).href, {
      method: 'POST',
      body: formOf(parcel, address, around),
      around,
      headers: { ...headersOf(address), 'content-type': 'application/x-www-form-urlencoded' },
    });
    if ('failure' in asked) return asked.failure;
    const { status, body } = asked.answer;
    // A queue took it. Delivery is told by the callback.
    if (status === 201) return delivered('sent', { httpStatus: status, answer: body, remoteId: parsed(Created, body)?.sid ?? null });
    return refusedBy(asked.answer);
  },
  explain: ({ answer, httpStatus }) => {
    const code = parsed(Refused, answer)?.code;
    if (code === 20003 || httpStatus === 401) return 'Twilio does not accept the account and token. Enter the token of this account again.';
    if (code === 21211) return 'Twilio says that the number is not valid.';
    if (code === 21610)
      return 'Whoever has this number has opted out (STOP). Only they can take that back, by texting START to the sender.';
    if (code === 21606 || code === 21659 || code === 21212)
      return 'The sender does not belong to this account, or may not send text messages.';
    if (code === 21608) return 'A trial account of Twilio may only text numbers that it has verified.';
    if (code === 21408) return 'The account may not text this country: allow it under "Geo permissions".';
    return null;
  },
});
