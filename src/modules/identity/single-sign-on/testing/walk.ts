/** For tests: providers put into the database, and the way of a browser to one and back. */
import { inDatabase, transaction } from '../../../../platform/database/database.ts';
import { asNobody } from '../../people/person.ts';
import type { Answer, Browser, Installation } from '../../test-installation.ts';
import { ProviderPolicy, type ProviderSettings } from '../provider-contract.ts';
import type { Provider } from '../provider-store.ts';
import { addProvider } from '../providers.ts';
import { type Answered, type CrookedProvider, clientId, clientSecret } from './openid-provider.ts';

let made = 0;
type Wanted = {
  readonly settings: ProviderSettings;
  readonly policy?: Partial<ProviderPolicy>;
  readonly slug?: string;
  /** Nobody is registered: the first who comes is the first of all. */
  readonly nobodyYet?: boolean;
};
/** Switched on, reachable on loopback; people who come first become analysts. */
export async function givenProvider(installation: Installation, { settings, policy = {}, slug, nobodyYet }: Wanted): Promise<Provider> {
  if (nobodyYet !== true) await somebodyRegistered(installation);
  made += 1;
  const draft = {
    slug: slug ?? `provider-${made}`,
    name: `Provider ${made}`,
    settings,
    policy: ProviderPolicy.parse({ reach: 'loopback', defaultRole: 'analyst', ...policy }),
    managedBy: 'page' as const,
    enabled: true,
    secret: settings.kind === 'saml' ? undefined : clientSecret,
  };
  return inDatabase(installation.database, () =>
    transaction(asNobody(installation.context(), installation.workspaceId), () => addProvider(draft)),
  );
}

/** An admin who is locked: counts as registered, and as nothing else. */
async function somebodyRegistered({ owner, workspaceId }: Installation): Promise<void> {
  await owner.query(
    `insert into identity.account (workspace_id, email, email_key, name, role, active)
     values ($1, 'first@example.org', 'first@example.org', 'First Admin', 'admin', false) on conflict do nothing`,
    [workspaceId],
  );
}

export const openidSettings = (issuer: string): ProviderSettings => ({
  kind: 'openid-connect',
  issuer,
  clientId,
  scopes: ['openid', 'email'],
  emailClaim: 'email',
  nameClaim: 'name',
  userinfo: false,
});

/** Where the answer leads the browser. */
export const locationOf = ({ headers }: Answer): string => String(headers['location'] ?? '');

/** Follows the link of the sign-in page; the address at the provider. */
export async function begin(browser: Browser, slug: string, next?: string): Promise<URL> {
  const answer = await browser.send(`/api/auth/providers/${slug}/start${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`);
  return new URL(locationOf(answer), 'http://own.invalid');
}

type Coming = Answered & { readonly query?: Readonly<Record<string, string>>; readonly next?: string };
/** Signs in there and comes back with the answer. */
export async function comeFrom(
  browser: Browser,
  { slug, from }: { slug: string; from: CrookedProvider },
  coming: Coming = {},
): Promise<Answer> {
  const asked = await begin(browser, slug, coming.next);
  const code = await from.answer(asked, coming);
  return comeBack(browser, slug, { code, state: asked.searchParams.get('state') ?? '', iss: from.issuer, ...coming.query });
}

export function comeBack(browser: Browser, slug: string, query: Readonly<Record<string, string>>): Promise<Answer> {
  return browser.send(`/api/auth/oidc/${slug}/callback?${new URLSearchParams(query)}`);
}
