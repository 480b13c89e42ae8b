/** What the protocols share: one-time secrets of a sign-in, and requests to the provider through the guard. */

import { currentContext } from '../../../platform/ambient.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { Reach } from '../../../platform/http/outside-address.ts';
import { askOutside, asResponse } from '../../../platform/http/outside-request.ts';
import { openSecret } from '../../../platform/sealed-secret.ts';
import { asNobody } from '../people/person.ts';
import { singleSignOnProblems } from './provider-contract.ts';
import type { Provider } from './provider-store.ts';

export type OneTimeSecrets = {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly samlRequestId: string;
  /** The person must prove anew who they are, whatever session they have there. */
  readonly fresh: boolean;
};

/** How old a proof at the provider may be where a fresh one was asked for (s). */
export const freshSeconds = 300;

const patienceMs = 10_000;
const mostBytes = 1_048_576;

type Sent = { method: string; headers: Record<string, string>; body?: unknown; signal?: AbortSignal | undefined };

/** A fetch for the protocol libraries: every address passes the guard, nothing is followed, answers are bounded. */
export function guardedFetch(reach: Reach): (url: string, sent: Sent) => Promise<Response> {
  return async (url, { method, headers, body, signal }) => {
    const answer = await askOutside(url, {
      reach,
      method: method === 'POST' ? 'POST' : 'GET',
      headers: { 'user-agent': 'AI-SPM', ...headers },
      ...(body === undefined || body === null ? {} : { body: bodyText(body) }),
      ...(signal ? { signal } : {}),
      timeoutMs: patienceMs,
      mostBytes,
    });
    return asResponse(answer);
  };
}

function bodyText(body: unknown): string | Uint8Array {
  return body instanceof Uint8Array ? body : String(body);
}

export const clientSecretOf = (providerId: string): string => `identity.provider.${providerId}.client-secret`;
export const signingKeyOf = (providerId: string): string => `identity.provider.${providerId}.signing-key`;

/** Opens one secret of a provider, in a transaction of its own. @throws secret.unreadable */
export async function providerSecret({ workspaceId }: Pick<Provider, 'workspaceId'>, purpose: string): Promise<string | null> {
  const context = currentContext();
  if (context === undefined) throw singleSignOnProblems.providerUnavailable();
  return transaction(asNobody(context, workspaceId), () => openSecret(purpose), { readOnly: true });
}
