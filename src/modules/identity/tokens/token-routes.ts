/** The product door of API keys and tokens. */
import { handle, type Route } from '../../../platform/http/handle.ts';
import { makeApiKey, readApiKeys, revokeKey } from './api-keys.ts';
import { endAllOf } from './end-sessions.ts';
import { endOwnTokens, exchange, ownTokens, refresh, revokeShown } from './exchange.ts';
import { publicKeys } from './signing-keys.ts';
import {
  createApiKey,
  endSessionsOf,
  exchangeToken,
  jwks,
  listApiKeys,
  listTokens,
  refreshAccess,
  revokeApiKey,
  revokeByBearer,
  revokeTokens,
} from './token-contract.ts';

export const tokenRoutes: readonly Route[] = [
  handle(listApiKeys, readApiKeys),
  handle(createApiKey, makeApiKey),
  handle(revokeApiKey, revokeKey),
  // They begin without a workspace, and a reuse must stay although it is refused: own transactions.
  handle(exchangeToken, exchange, { transaction: 'none' }),
  handle(refreshAccess, refresh, { transaction: 'none' }),
  handle(revokeByBearer, revokeShown, { transaction: 'none' }),
  handle(listTokens, (_input, context) => ownTokens(context)),
  handle(revokeTokens, ({ id }, context) => endOwnTokens(id, context)),
  handle(endSessionsOf, endAllOf),
  handle(jwks, async () => ({ keys: [...(await publicKeys())].map(keyOfSet) }), { transaction: 'none' }),
];

function keyOfSet([kid, { kty, crv, x }]: [string, { kty: 'OKP'; crv: 'Ed25519'; x: string }]) {
  return { kty, crv, x, kid, use: 'sig' as const, alg: 'EdDSA' as const };
}
