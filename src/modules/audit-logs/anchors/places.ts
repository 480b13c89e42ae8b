/** The second places: where checkpoints are kept outside this database, so that who rewrites it cannot rewrite them too. */
import { type Config, config } from '../../../platform/config.ts';
import { filePlace } from './file-place.ts';
import { mailPlace } from './mail-place.ts';
import { objectStorePlace } from './object-store-place.ts';
import type { AnchorPlace } from './place.ts';
import { databasePlace } from './postgres-store.ts';
import { webhookPlace } from './webhook-place.ts';

/** All that the settings name; several at once are fine. */
export function anchorPlaces(): readonly AnchorPlace[] {
  const settings = config();
  const { AUDIT_ANCHOR_FILE, AUDIT_ANCHOR_URL, AUDIT_ANCHOR_SECRET, AUDIT_ANCHOR_DATABASE_URL, AUDIT_ANCHOR_MAIL_TO } = settings;
  return [
    ...(AUDIT_ANCHOR_FILE === undefined ? [] : [filePlace(AUDIT_ANCHOR_FILE)]),
    ...bucketPlaces(settings),
    ...(AUDIT_ANCHOR_URL === undefined ? [] : [webhookPlace(AUDIT_ANCHOR_URL, AUDIT_ANCHOR_SECRET)]),
    ...(AUDIT_ANCHOR_DATABASE_URL === undefined ? [] : [databasePlace(AUDIT_ANCHOR_DATABASE_URL)]),
    ...(AUDIT_ANCHOR_MAIL_TO === undefined ? [] : [mailPlace(AUDIT_ANCHOR_MAIL_TO, settings.AUDIT_ANCHOR_MAIL_MINUTES * 60_000)]),
  ];
}

function bucketPlaces(settings: Config): AnchorPlace[] {
  const { AUDIT_ANCHOR_S3_BUCKET: bucket, AUDIT_ANCHOR_S3_REGION: region, AUDIT_ANCHOR_S3_LOCK: mode } = settings;
  const { AUDIT_ANCHOR_S3_ACCESS_KEY_ID: accessKeyId, AUDIT_ANCHOR_S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  // The settings are refused when there is a bucket and no key.
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined) return [];
  const store = {
    endpoint: settings.AUDIT_ANCHOR_S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`,
    region,
    bucket,
    pathStyle: settings.AUDIT_ANCHOR_S3_PATH_STYLE,
    accessKeyId,
    secretAccessKey,
    sessionToken: settings.AUDIT_ANCHOR_S3_SESSION_TOKEN,
  };
  return [
    objectStorePlace(store, settings.AUDIT_ANCHOR_S3_PREFIX, mode === 'none' ? null : { mode, days: settings.AUDIT_ANCHOR_S3_LOCK_DAYS }),
  ];
}
