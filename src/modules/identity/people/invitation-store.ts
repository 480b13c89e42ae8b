/** Reads and writes of invitations. Functions named `…AcrossWorkspaces` run in a system transaction, all others in one of a workspace. */
import { and, eq, getTableColumns, gt, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import type { Role } from '../../../contract/permission.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { account, invitation } from '../table.ts';

export type InvitationRow = typeof invitation.$inferSelect;
type InvitationDraft = { email: string; role: Role; department: string | null; invitedBy: string; days: number };
export async function insertInvitation(draft: InvitationDraft): Promise<InvitationRow> {
  const { days, ...values } = draft;
  const [made] = await db()
    .insert(invitation)
    .values({ ...values, expiresAt: sql`now() + make_interval(days => ${days})` })
    .returning();
  return present(made);
}

/** Where an invitation belongs; its state is judged under lock afterwards. */
export async function findInvitationHomeAcrossWorkspaces(id: string): Promise<string | undefined> {
  const [row] = await db().select({ workspaceId: invitation.workspaceId }).from(invitation).where(eq(invitation.id, id));
  return row?.workspaceId;
}

/** The invitation, locked, when it can still be used or revoked. */
export async function lockOpenInvitation(id: string): Promise<InvitationRow | undefined> {
  const [row] = await db()
    .select()
    .from(invitation)
    .where(and(eq(invitation.id, id), isNull(invitation.usedAt), isNull(invitation.revokedAt), gt(invitation.expiresAt, sql`now()`)))
    .for('update');
  return row;
}

export async function takeInvitation(id: string, accountId: string): Promise<void> {
  await db().update(invitation).set({ usedAt: sql`now()`, usedBy: accountId }).where(eq(invitation.id, id));
}

export async function revokeInvitationRow(id: string): Promise<InvitationRow> {
  const [row] = await db().update(invitation).set({ revokedAt: sql`now()` }).where(eq(invitation.id, id)).returning();
  return present(row);
}

export type InvitationState = 'open' | 'used' | 'revoked' | 'expired';
export type ListedInvitation = { invitation: InvitationRow; inviter: string; state: InvitationState };
const newestInvitation = keyset({ id: invitation.id, sort: [{ by: invitation.createdAt, direction: 'desc' }] });

export function listInvitationRows<T>(
  state: InvitationState | undefined,
  paging: Paging,
  item: (row: ListedInvitation) => T,
): Promise<Page<T>> {
  const query = {
    fields: { ...getTableColumns(invitation), inviter: account.name, expired: sql<boolean>`${invitation.expiresAt} <= now()` },
    from: sql`${invitation} join ${account} on ${account.id} = ${invitation.invitedBy}`,
    where: state === undefined ? undefined : invitationIs(state),
    paging,
    filter: state ?? null,
  };
  return newestInvitation.page(query, ({ inviter, expired, ...row }) => item({ invitation: row, inviter, state: stateOf(row, expired) }));
}

function invitationIs(state: InvitationState): SQL | undefined {
  if (state === 'used') return isNotNull(invitation.usedAt);
  if (state === 'revoked') return isNotNull(invitation.revokedAt);
  const untouched = and(isNull(invitation.usedAt), isNull(invitation.revokedAt));
  return and(untouched, state === 'open' ? gt(invitation.expiresAt, sql`now()`) : lte(invitation.expiresAt, sql`now()`));
}

function stateOf({ usedAt, revokedAt }: InvitationRow, expired: boolean): InvitationState {
  if (usedAt !== null) return 'used';
  if (revokedAt !== null) return 'revoked';
  return expired ? 'expired' : 'open';
}

/** A statement that returns the row it wrote returns one. */
function present<T>(row: T | undefined): T {
  if (row === undefined) throw new TypeError('RETURNING answered no row');
  return row;
}
