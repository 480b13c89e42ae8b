/** One mail to one person, for other slices: what it says may open an account, so nothing of it is kept. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { MailAddress } from '../destinations/address-shape.ts';

const tag = 'notifications';
const Line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line');

export const mailSender = endpoint({
  method: 'GET',
  path: '/api/notifications/mail-sender',
  tag,
  operation: 'mail-sender',
  access: 'service',
  summary: 'Is there an e-mail destination whose mail server takes mail to people?',
  input: z.object({}),
  output: z.object({ available: z.boolean() }),
});

/** The caller records why somebody was written to; what was written stands nowhere. */
export const mailPerson = endpoint({
  method: 'POST',
  path: '/api/notifications/mail',
  tag,
  operation: 'mail-person',
  access: 'service',
  audit: false,
  timeoutMs: 60_000,
  summary: 'Send one mail to one person now, through the mail server of an e-mail destination; nothing of it is kept',
  input: z.strictObject({
    to: MailAddress,
    subject: Line(200),
    paragraphs: z.array(z.string().trim().min(1).max(2000)).min(1).max(20).describe('Plain text.'),
    attachment: z
      .strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}\.txt$/, 'must be letters, digits and dashes, and end with .txt'),
        text: z.string().min(1).max(1_000_000),
      })
      .optional()
      .describe('One file of plain text.'),
  }),
  output: z.object({
    outcome: z.enum(['sent', 'retry', 'dead', 'no-sender']).describe('retry: may work later. no-sender: no e-mail destination is on.'),
    reason: z.string(),
  }),
});
