/** Addresses of ours that providers are told. */
import { config } from '../../../platform/config.ts';
import { isOwnPath } from '../../../platform/http/redirect.ts';
import type { ProviderKind, SignInProvider } from './provider-contract.ts';

/** Origin people use. Without PUBLIC_URL this is an installation on one's own machine; the Host header is never asked: whoever sends it chooses it. */
export function ownOrigin(): string {
  const { publicOrigin, PORT } = config();
  return publicOrigin ?? `http://localhost:${PORT}`;
}

export const callbackPath = (slug: string): string => `/api/auth/oidc/${slug}/callback`;
export const samlPath = (slug: string, part: 'metadata' | 'acs' | 'finish' | 'slo'): string => `/api/auth/saml/${slug}/${part}`;
export const ownAddress = (path: string): string => `${ownOrigin()}${path}`;
/** Our entity id towards a SAML provider: its metadata address, as is usual. */
export const entityIdOf = (slug: string): string => ownAddress(samlPath(slug, 'metadata'));

export function addressesFor(slug: string, kind: ProviderKind): SignInProvider['addresses'] {
  if (kind === 'saml')
    return {
      callback: ownAddress(samlPath(slug, 'acs')),
      signOut: ownAddress(samlPath(slug, 'slo')),
      afterSignOut: null,
      metadata: entityIdOf(slug),
    };
  return {
    callback: ownAddress(callbackPath(slug)),
    signOut: ownAddress(`/api/auth/oidc/${slug}/back-channel-logout`),
    afterSignOut: ownAddress('/sign-in'),
    metadata: null,
  };
}

/** Where somebody wanted to go, when that is a page of ours; else the first page. */
export function pageAfterSignIn(next: string | undefined): string {
  if (next === undefined || !isOwnPath(next) || /^\/(?:api|auth|sign-in|register)(?:[/?#]|$)/i.test(next)) return '/';
  return next;
}

/** The sign-in page with the reason; the page knows the sentence of each code, so that nobody can write one into the address. */
export function refusedPage(code: string, next: string): string {
  const query = new URLSearchParams({ refused: code, ...(next === '/' ? {} : { next }) });
  return `/sign-in?${query}`;
}
