/** The second places: where checkpoints are kept outside this database, so that who rewrites it cannot rewrite them too. */
import { config } from '../../../platform/config.ts';
import { filePlace } from './file-place.ts';
import type { AnchorPlace } from './place.ts';
import { databasePlace } from './postgres-store.ts';
import { webhookPlace } from './webhook-place.ts';

/** All that the settings name; several at once are fine. */
export function anchorPlaces(): readonly AnchorPlace[] {
  const { AUDIT_ANCHOR_FILE, AUDIT_ANCHOR_URL, AUDIT_ANCHOR_SECRET, AUDIT_ANCHOR_DATABASE_URL } = config();
  return [
    ...(AUDIT_ANCHOR_FILE === undefined ? [] : [filePlace(AUDIT_ANCHOR_FILE)]),
    ...(AUDIT_ANCHOR_URL === undefined ? [] : [webhookPlace(AUDIT_ANCHOR_URL, AUDIT_ANCHOR_SECRET)]),
    ...(AUDIT_ANCHOR_DATABASE_URL === undefined ? [] : [databasePlace(AUDIT_ANCHOR_DATABASE_URL)]),
  ];
}
