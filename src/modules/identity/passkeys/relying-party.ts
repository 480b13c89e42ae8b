/** For whom browsers make passkeys: the name and origin that PUBLIC_URL says, or this machine. */
import { isIP } from 'node:net';
import { config } from '../../../platform/config.ts';
import { identityProblems } from '../contract.ts';

export type RelyingParty = { readonly id: string; readonly name: string; readonly origin: string };

/**
 * Browsers make passkeys for names over https, and for localhost; not for addresses.
 * Pure.
 * @param publicUrl null: the installation is used on the machine it runs on, under `http://localhost:<port>`.
 * @returns null when no passkey can be made for that address.
 * @source WebAuthn Level 3, 5.1.2 (relying party identifiers are valid domains), and secure contexts.
 */
export function relyingPartyOf(publicUrl: string | null, port: number): RelyingParty | null {
  const { hostname, origin, protocol } = new URL(publicUrl ?? `http://localhost:${port}`);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || (protocol !== 'https:' && !isLocal)) return null;
  return { id: hostname, name: 'AI-SPM', origin };
}

export function passkeysPossible(): boolean {
  const { PUBLIC_URL, PORT } = config();
  return relyingPartyOf(PUBLIC_URL ?? null, PORT) !== null;
}

/** @throws identity.passkeysImpossible */
export function relyingParty(): RelyingParty {
  const { PUBLIC_URL, PORT } = config();
  const party = relyingPartyOf(PUBLIC_URL ?? null, PORT);
  if (party === null) throw identityProblems.passkeysImpossible();
  return party;
}
