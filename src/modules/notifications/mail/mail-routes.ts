/** Mail to one person: composed, handed to the mail server, and forgotten. */
import { randomUUID } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import type { Context } from '../../../contract/actor.ts';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { transaction } from '../../../platform/database/database.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import type { OpenAddress, Surroundings } from '../channels/channel.ts';
import { handOver } from '../channels/email.ts';
import { escapeHtml } from '../channels/email-text.ts';
import { openAddress, presentSurroundings } from '../deliveries/deliver.ts';
import { enabledMailDestination } from '../destinations/destination-store.ts';
import { mailPerson, mailSender } from './mail-contract.ts';

type Letter = ParsedInputOf<typeof mailPerson>;
type Sent = OutputOf<typeof mailPerson>;

export const mailRoutes: readonly Route[] = [
  handle(mailSender, async () => ({ available: (await enabledMailDestination()) !== null })),
  handle(mailPerson, (letter, context) => sendLetter(letter, context), { transaction: 'none' }),
];

/** No transaction waits for the mail server. */
export async function sendLetter(letter: Letter, context: Context, around: Surroundings = presentSurroundings()): Promise<Sent> {
  try {
    const opened = await transaction(context, async () => {
      const row = await enabledMailDestination();
      return row && openAddress({ destinationId: row.id, name: row.name, channel: row.channel }, row.settings, row.rotatingUntil);
    });
    if (opened === null) return { outcome: 'no-sender', reason: 'No e-mail destination is switched on.' };
    if (!isMail(opened.address)) return { outcome: 'retry', reason: opened.problem ?? 'The address cannot be opened.' };
    const { outcome, reason } = await handOver(mailOfLetter(letter, opened.address.from), opened.address, around);
    return { outcome: outcome === 'retry' || outcome === 'dead' ? outcome : 'sent', reason };
  } finally {
    around.mailPools.close();
  }
}

function isMail(address: OpenAddress | null): address is OpenAddress<'email'> {
  return address?.channel === 'email';
}

export function mailOfLetter({ to, subject, paragraphs, attachment }: Letter, from: string): SendMailOptions {
  return {
    from,
    to,
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><body>${paragraphs.map((one) => `<p>${escapeHtml(one)}</p>`).join('')}</body></html>`,
    messageId: `<${randomUUID()}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    date: new Date(),
    // Out-of-office answers and mailing lists leave it alone (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...(attachment === undefined
      ? {}
      : { attachments: [{ filename: attachment.name, content: attachment.text, contentType: 'text/plain; charset=utf-8' }] }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
