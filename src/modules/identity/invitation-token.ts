/** The secret in an invitation link: signed, so that a copy of the database cannot make one; its row makes it single-use. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `<invitation id>.<HMAC-SHA256>`; the secret is the installation's key for invitations. */
export function issueInvitationToken(invitationId: string, secret: Uint8Array): string {
  return `${invitationId}.${sign(invitationId, secret)}`;
}

/** The invitation's id, or null when the link was not made here. */
export function readInvitationToken(token: string, secret: Uint8Array): string | null {
  const [id, mac, ...rest] = token.split('.');
  if (!id || !mac || rest.length > 0 || !uuid.test(id)) return null;
  const given = Buffer.from(mac);
  const expected = Buffer.from(sign(id, secret));
  return given.length === expected.length && timingSafeEqual(given, expected) ? id : null;
}

function sign(id: string, secret: Uint8Array): string {
  return createHmac('sha256', secret).update(`invitation.${id}`).digest('base64url');
}
