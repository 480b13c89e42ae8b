/** What enrolling a factor does to a session. In a transaction of the person's workspace. */
import { eq } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { session } from '../table.ts';

/** The session gives its person's permissions from now on, under another token: what was worth little is now worth much. */
export async function openSession(id: string, tokenHash: Buffer): Promise<void> {
  await db().update(session).set({ enrolmentOnly: false, tokenHash }).where(eq(session.id, id));
}
