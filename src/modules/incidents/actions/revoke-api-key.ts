/** An API key that opens nothing any more. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { call } from '../../../platform/http/call.ts';
import { defineAction } from '../action.ts';

/** As identity answers it. While no slice does, the call is refused with "not configured" and the act says so. */
const revokeKey = endpoint({
  method: 'DELETE',
  path: '/api/keys/:id',
  tag: 'identity',
  operation: 'revoke-key',
  access: 'signed-in',
  summary: 'Revoke an API key',
  input: z.object({ id: z.uuid(), because: z.literal('incident') }),
  output: z.unknown(),
});

const key = '0190a0de-0000-7000-8000-000000000002';
export default defineAction({
  id: 'revoke-api-key',
  title: 'Revoke an API key',
  says: 'The key is refused from now on. It cannot be given back: its holder needs a new one.',
  parameters: z.strictObject({ keyId: z.uuid() }),
  containing: true,
  key: ({ keyId }) => keyId,
  describe: ({ keyId }) => `Revoke the API key ${keyId}`,
  execute: async ({ keyId }) => {
    await call(revokeKey, { id: keyId, because: 'incident' });
    return { state: 'in_force', outcome: { keyId } };
  },
  examples: { fits: [{ keyId: key }], refused: [{}, { keyId: 'ak_live_1' }] },
});
