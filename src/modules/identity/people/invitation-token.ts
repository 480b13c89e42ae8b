/**
 * The secret in an invitation link: signed, so that a copy of the database cannot make one; its row makes it single-use.
 * What it says can be read by whoever holds it, so that the page shows the address before anything is sent.
 */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Role } from '../../../contract/permission.ts';

const Said = z.strictObject({ id: z.uuid(), email: z.string(), role: Role, workspace: z.string(), expiresAt: z.iso.datetime() });
export type Said = z.infer<typeof Said>;

/** `<what it says, base64url JSON>.<HMAC-SHA256>`; the secret is the installation's key for invitations. */
export function issueInvitationToken(said: Said, secret: KeyObject): string {
  const text = Buffer.from(JSON.stringify(said)).toString('base64url');
  return `${text}.${sign(text, secret)}`;
}

/** What the link says, or null when it was not made here. Whether it is still open, only its row knows. */
export function readInvitationToken(token: string, secret: KeyObject): Said | null {
  const [text, mac, ...rest] = token.split('.');
  if (!text || !mac || rest.length > 0) return null;
  const given = Buffer.from(mac);
  const expected = Buffer.from(sign(text, secret));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const said = Said.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  return said.success ? said.data : null;
}

function sign(text: string, secret: KeyObject): string {
  return createHmac('sha256', secret).update(`invitation.${text}`).digest('base64url');
}
