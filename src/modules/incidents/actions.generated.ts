// Written by npm run generate. Do not edit.

import type { Action } from './action.ts';
import blockClient from './actions/block-client.ts';
import blockInput from './actions/block-input.ts';
import escalate from './actions/escalate.ts';
import notify from './actions/notify.ts';
import openTicket from './actions/open-ticket.ts';
import quarantineAsset from './actions/quarantine-asset.ts';
import requireReview from './actions/require-review.ts';
import rescan from './actions/rescan.ts';
import revokeApiKey from './actions/revoke-api-key.ts';

export const actions: readonly Action[] = [
  blockClient,
  blockInput,
  escalate,
  notify,
  openTicket,
  quarantineAsset,
  requireReview,
  rescan,
  revokeApiKey,
];
