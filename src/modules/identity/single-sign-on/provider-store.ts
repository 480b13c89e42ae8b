/** Sign-in providers. Functions named `…AcrossWorkspaces` run in a system transaction, all others in one of a workspace. */
import { and, asc, eq, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { type ProviderKind, ProviderPolicy, ProviderSettings } from './provider-contract.ts';
import { provider, providerLink } from './table.ts';

type Row = typeof provider.$inferSelect;
export type Provider = Omit<Row, 'settings' | 'policy'> & { readonly settings: ProviderSettings; readonly policy: ProviderPolicy };
export type ProviderOf<K extends ProviderKind> = Provider & { readonly settings: Extract<ProviderSettings, { kind: K }> };

/** What was stored passed these schemas; parsing again fills in fields that came later. */
function toProvider(row: Row): Provider {
  return { ...row, settings: ProviderSettings.parse(row.settings), policy: ProviderPolicy.parse(row.policy) };
}

export function isKind<K extends ProviderKind>(given: Provider, kind: K): given is ProviderOf<K> {
  return given.settings.kind === kind;
}

export async function findProviderAcrossWorkspaces(slug: string): Promise<Provider | undefined> {
  const [row] = await db().select().from(provider).where(eq(provider.slug, slug));
  return row && toProvider(row);
}

export type SignInChoice = { slug: string; name: string; kind: ProviderKind };
export async function listChoicesAcrossWorkspaces(): Promise<SignInChoice[]> {
  return db()
    .select({ slug: provider.slug, name: provider.name, kind: provider.kind })
    .from(provider)
    .where(eq(provider.enabled, true))
    .orderBy(asc(provider.name), asc(provider.id))
    .limit(50);
}

export type ListedProvider = { readonly provider: Provider; readonly people: number };
export async function listProviders(): Promise<ListedProvider[]> {
  const people = db().$count(providerLink, eq(providerLink.providerId, provider.id));
  const rows = await db().select({ provider, people }).from(provider).orderBy(asc(provider.name), asc(provider.id)).limit(200);
  return rows.map((row) => ({ provider: toProvider(row.provider), people: Number(row.people) }));
}

export async function countProviders(): Promise<number> {
  return db().$count(provider);
}

export async function findProvider(id: string): Promise<ListedProvider | undefined> {
  const people = db().$count(providerLink, eq(providerLink.providerId, provider.id));
  const [row] = await db().select({ provider, people }).from(provider).where(eq(provider.id, id));
  return row && { provider: toProvider(row.provider), people: Number(row.people) };
}

export type ProviderRowDraft = Pick<Provider, 'slug' | 'name' | 'settings' | 'policy' | 'managedBy' | 'enabled' | 'hasSecret'>;
/** @throws the unique index provider_slug */
export async function insertProvider(draft: ProviderRowDraft): Promise<Provider> {
  const [row] = await db()
    .insert(provider)
    .values({ ...draft, kind: draft.settings.kind })
    .returning();
  return toProvider(present(row));
}

export type ProviderChange = Partial<Pick<Provider, 'name' | 'enabled' | 'settings' | 'policy' | 'hasSecret' | 'certificate'>>;
/** @returns undefined when the row is at another version than the one that was read. */
export async function updateProvider(id: string, version: number, change: ProviderChange): Promise<Provider | undefined> {
  const [row] = await db()
    .update(provider)
    .set({ ...change, version: sql`${provider.version} + 1`, updatedAt: sql`now()` })
    .where(and(eq(provider.id, id), eq(provider.version, version)))
    .returning();
  return row && toProvider(row);
}

export async function removeProvider(id: string): Promise<void> {
  await db().delete(provider).where(eq(provider.id, id));
}

/** A statement that returns the row it wrote returns one. */
export function present<T>(row: T | undefined): T {
  if (row === undefined) throw new TypeError('RETURNING answered no row');
  return row;
}
