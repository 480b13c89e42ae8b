/**
 * Issuers that serve many tenants, as Entra ID's `common` and `organizations`: their own description names no issuer but a template with
 * the tenant left open, and each ID token says which tenant it is of. Only tenants an admin listed count.
 *
 * @source OpenID Connect Core 1.0, 3.1.3.7 (iss); "Validate the issuer" and "Validate the signing key issuer" of the Microsoft identity
 *   platform's documentation of access tokens: the key set of many tenants says of a key whose it is.
 */
import { decodeJwt } from 'jose';
import type { ServerMetadata } from 'openid-client';
import { z } from 'zod';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import type { Walk } from './checks.ts';
import { guardedFetch } from './protocol.ts';
import { type OpenidSettings, type ProviderPolicy, singleSignOnProblems } from './provider-contract.ts';

/** What stands for the tenant in the issuer of such a description. */
export const tenantPlace = '{tenantid}';

export const issuerOf = (template: string, tenant: string): string => template.replace(tenantPlace, tenant);

const Description = z
  .object({
    issuer: z.string().max(2048),
    authorization_endpoint: z.url().max(2048),
    token_endpoint: z.url().max(2048),
    jwks_uri: z.url().max(2048),
  })
  .catchall(z.json());

/**
 * The description of an issuer of many tenants. The library would refuse it, because the address asked is not the issuer it names.
 * @throws outside.…; identity.providerTenants when it is the description of something else.
 */
export async function discoverTenants(settings: OpenidSettings, { reach }: ProviderPolicy): Promise<ServerMetadata> {
  const url = outsideUrl(settings.issuer, reach);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const answer = await guardedFetch(reach)(url.href, { method: 'GET', headers: { accept: 'application/json' } });
  const described = answer.ok ? Description.safeParse(await jsonOf(answer)) : null;
  if (described?.success !== true || !isTemplateAt(described.data.issuer, url)) throw singleSignOnProblems.providerTenants();
  return described.data;
}

/** One open place, in the path, on the very host that was asked. */
function isTemplateAt(template: string, { origin }: URL): boolean {
  const parts = template.split(tenantPlace);
  const filled = URL.parse(issuerOf(template, 'tenant'));
  return parts.length === 2 && parts[0]?.startsWith(`${origin}/`) === true && filled?.origin === origin;
}

/**
 * The tenant a token says it is of, when it is listed. Nothing of the token is believed by this: signature, and that it was issued by that
 * very tenant, are checked with the answer.
 * @throws identity.providerAnswer
 */
export function listedTenant(idToken: string, tenants: readonly string[], walk: Walk): string {
  walk.at('token');
  const tenant = tenantIn(idToken);
  if (tenant === null) throw walk.refused('The ID token names no tenant (tid).');
  if (!tenants.includes(tenant)) throw walk.refused(`The tenant ${tenant.slice(0, 100)} is not among those that may sign in.`);
  return tenant;
}

function tenantIn(idToken: string): string | null {
  try {
    const { tid } = decodeJwt(idToken);
    return typeof tid === 'string' ? tid : null;
  } catch {
    return null; // no token at all: the library says so in its own words
  }
}

const KeySet = z.looseObject({ keys: z.array(z.looseObject({ issuer: z.string().optional() })).max(200) });
/** Keys of a set that are of this tenant, or say nothing about whose they are: a key of one tenant must not sign for another. */
export function keysOfTenant(set: unknown, { template, tenant }: { template: string; tenant: string }): object {
  const parsed = KeySet.safeParse(set);
  if (!parsed.success) return { keys: [] };
  const own = issuerOf(template, tenant);
  return { keys: parsed.data.keys.filter(({ issuer }) => issuer === undefined || issuerOf(issuer, tenant) === own) };
}

/** The same person id may be given in two tenants. */
export const subjectIn = (tenant: string, subject: string): string => `${tenant}/${subject}`;

async function jsonOf(answer: Response): Promise<unknown> {
  return answer.json().catch(() => null);
}
