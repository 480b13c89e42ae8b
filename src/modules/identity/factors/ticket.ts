/**
 * What a sign-in holds between its first and its second proof: signed, so that a copy of the database cannot make one;
 * its row makes it single-use, short-lived and void when a password or factor changes.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { derivedKey, sameText } from '../../../platform/secret.ts';

const Said = z.strictObject({ id: z.uuid(), workspaceId: z.uuid(), accountId: z.uuid() });
export type TicketSaid = z.infer<typeof Said>;
export const ticketMinutes = 5;
/** Wrong proofs one ticket takes; the lockout counts them all, also over many tickets. */
export const triesPerTicket = 5;

/** `<what it says, base64url JSON>.<HMAC-SHA256>` */
export function issueTicket(said: TicketSaid): string {
  const text = Buffer.from(JSON.stringify(said)).toString('base64url');
  return `${text}.${sign(text)}`;
}

/** What it says, or null when it was not made here. Whether it still opens anything, only its row knows. */
export function readTicket(ticket: string): TicketSaid | null {
  const [text, mac, ...rest] = ticket.split('.');
  if (!text || !mac || rest.length > 0 || !sameText(mac, sign(text))) return null;
  const said = Said.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  return said.success ? said.data : null;
}

function sign(text: string): string {
  return createHmac('sha256', derivedKey('sign-in-ticket')).update(`ticket.${text}`).digest('base64url');
}
