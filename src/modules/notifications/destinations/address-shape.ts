/** Where a channel delivers to, and what opens it. Secrets come in and never go out. */
import { z } from 'zod';

export const channels = ['slack', 'email', 'pagerduty', 'sms', 'webhook'] as const;
export const Channel = z.enum(channels);
export type Channel = z.infer<typeof Channel>;

const singleLine = (text: z.ZodString) => text.regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line without control characters');
const line = (longest: number) => singleLine(z.string().trim().min(1).max(longest));
/** One address without a display name: what stands in a header cannot be more than an address. */
export const MailAddress = z.email().max(254);
const E164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number as +4915112345678');
const webAddress = z.url({ protocol: /^https?$/ }).max(2000);
/** `whsec_` and base64 of 24 to 64 bytes. */
const SigningSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ followed by base64 of 24 to 64 bytes')
  .refine((secret) => {
    const characters = secret.slice('whsec_'.length).replace(/=+$/, '').length;
    const bytes = Math.floor((characters * 3) / 4);
    return bytes >= 24 && bytes <= 64;
  }, 'must hold 24 to 64 bytes');

export const SlackAddress = z.strictObject({
  channel: z.literal('slack'),
  webhookUrl: webAddress.describe('Address of an incoming webhook; whoever has it can post, so it is kept as a secret.'),
});
const password = z.string().min(1).max(1000).nullable();
export const EmailAddress = z.strictObject({
  channel: z.literal('email'),
  host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$|^[0-9a-fA-F:.]+$/, 'must be a host name or an IP address')
    .describe('SMTP server.'),
  port: z.int().min(1).max(65_535),
  security: z
    .enum(['starttls', 'tls'])
    .describe('starttls: the session must turn to TLS before anything is said; tls: from the first byte.'),
  from: MailAddress,
  to: z.array(MailAddress).min(1).max(20),
  username: line(254).nullable().default(null),
  password: password.default(null),
});
export const PagerdutyAddress = z.strictObject({
  channel: z.literal('pagerduty'),
  region: z.enum(['us', 'eu']).default('us'),
  routingKey: z.string().regex(/^[A-Za-z0-9]{32}$/, 'must be the 32 characters of an Events API v2 integration'),
});
export const SmsAddress = z.strictObject({
  channel: z.literal('sms'),
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/, 'must be AC and 32 hexadecimal digits'),
  sender: z
    .union([E164, z.string().regex(/^MG[0-9a-f]{32}$/), z.string().regex(/^[A-Za-z0-9 ]{1,11}$/)])
    .describe('A number (+49…), a messaging service (MG…) or an alphanumeric sender id.'),
  to: E164,
  authToken: z.string().regex(/^[A-Za-z0-9]{16,128}$/, 'must be the token of the account'),
});
export const WebhookAddress = z.strictObject({
  channel: z.literal('webhook'),
  url: webAddress,
  signingSecret: SigningSecret,
});
export const Address = z.discriminatedUnion('channel', [SlackAddress, EmailAddress, PagerdutyAddress, SmsAddress, WebhookAddress]);
export type Address = z.infer<typeof Address>;
export type AddressOf<C extends Channel> = Extract<Address, { channel: C }>;

/** The same with every secret optional: left out it stays as it was, as long as the place it opens does. */
export const AddressChange = z.discriminatedUnion('channel', [
  SlackAddress.partial({ webhookUrl: true }),
  // Left out and null differ: null takes the password away.
  EmailAddress.extend({ password: password.optional() }),
  PagerdutyAddress.partial({ routingKey: true }),
  SmsAddress.partial({ authToken: true }),
  WebhookAddress.partial({ signingSecret: true }),
]);
export type AddressChange = z.infer<typeof AddressChange>;

/** Names of the fields that are sealed and never shown. */
export const secretFields: Readonly<Record<Channel, readonly string[]>> = {
  slack: ['webhookUrl'],
  email: ['password'],
  pagerduty: ['routingKey'],
  sms: ['authToken'],
  webhook: ['signingSecret'],
};
/** Fields that say to whom a kept secret would be shown: another one wants the secret again. */
export const placeFields: Readonly<Record<Channel, readonly string[]>> = {
  slack: [],
  email: ['host', 'port', 'username'],
  pagerduty: ['region'],
  sms: ['accountSid'],
  webhook: ['url'],
};
