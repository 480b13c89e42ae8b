/** Secrets of a workspace at rest: AES-256-GCM under a key of the installation that is not in the database (platform.sealed_secret). */
import { createCipheriv, createDecipheriv, createHash, type KeyObject, randomBytes } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { problems } from '../contract/problem.ts';
import { currentContext } from './ambient.ts';
import { db } from './database/database.ts';
import { sealedSecret } from './database/table.ts';
import { derivedKey } from './secret.ts';

export const sealedSecretProblems = problems('secret', {
  unreadable: [
    503,
    'The secret {purpose} cannot be opened: it was sealed with another key of this installation, or changed. Enter it again.',
  ],
  noWorkspace: [503, 'A secret is kept for a workspace, and none is at hand.'],
});

const nonceBytes = 12;
const tagBytes = 16;

/** Says which key sealed it without telling anything of the key. */
const keyIdOf = (key: KeyObject): string => createHash('sha256').update('key id').update(key.export()).digest('hex').slice(0, 16);

/** Bound to its place: a row copied to another workspace or purpose does not open. */
const placeOf = (workspaceId: string, purpose: string): Buffer => Buffer.from(`${workspaceId}\n${purpose}`);

function workspace(): { workspaceId: string; actorId: string } {
  const context = currentContext();
  if (context === undefined) throw sealedSecretProblems.noWorkspace();
  return { workspaceId: context.actor.workspaceId, actorId: context.actor.id };
}

/** Keeps the secret under its purpose, in place of the one before. Joins the ambient transaction. */
export async function sealSecret(purpose: string, secret: string): Promise<void> {
  const { workspaceId, actorId } = workspace();
  const key = derivedKey('sealed-secret');
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(placeOf(workspaceId, purpose));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const facts = { keyId: keyIdOf(key), nonce, sealed };
  await db()
    .insert(sealedSecret)
    .values({ purpose, ...facts, createdBy: actorId })
    .onConflictDoUpdate({ target: [sealedSecret.workspaceId, sealedSecret.purpose], set: { ...facts, changedAt: sql`now()` } });
}

/** Null when nothing is kept under the purpose. Joins the ambient transaction. @throws secret.unreadable */
export async function openSecret(purpose: string): Promise<string | null> {
  const { workspaceId } = workspace();
  const [row] = await db()
    .select()
    .from(sealedSecret)
    .where(and(eq(sealedSecret.workspaceId, workspaceId), eq(sealedSecret.purpose, purpose)));
  if (row === undefined) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', derivedKey('sealed-secret'), row.nonce, { authTagLength: tagBytes });
    decipher.setAAD(placeOf(workspaceId, purpose)).setAuthTag(row.sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(row.sealed.subarray(0, -tagBytes)), decipher.final()]).toString('utf8');
  } catch {
    // Another key, or bytes that somebody changed: the tag tells no more than that.
    throw sealedSecretProblems.unreadable({ purpose });
  }
}

/** Removing what is not there is no mistake. Joins the ambient transaction. */
export async function removeSecret(purpose: string): Promise<void> {
  const { workspaceId } = workspace();
  await db()
    .delete(sealedSecret)
    .where(and(eq(sealedSecret.workspaceId, workspaceId), eq(sealedSecret.purpose, purpose)));
}
