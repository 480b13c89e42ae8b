/** When a signature was logged: the promise of a transparency log that somebody trusts. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { listAt, mapAt, textAt } from '../documents/pipeline-practice.ts';
import { type JsonValue, parseJson } from '../readers/parts/json-tokens.ts';
import { isIncluded } from './inclusion-proof.ts';
import type { TrustedLog } from './trust.ts';

export type LoggedSignature = {
  /** As it stands in the bundle, base64. */
  readonly signature: string;
  /** Hexadecimal SHA-256 of the payload or file it is about. */
  readonly digest: string;
};

const mostEntries = 20;

/**
 * @returns the time in ms at which a trusted log promised to hold this very signature; null when none did.
 * @source Rekor 1, signed entry timestamps: ECDSA over the canonical JSON (RFC 8785) of body, integratedTime, logID and logIndex.
 */
export function loggedAt(bundle: JsonValue, logged: LoggedSignature, logs: readonly TrustedLog[]): number | null {
  for (const entry of listAt(bundle, 'verificationMaterial', 'tlogEntries').slice(0, mostEntries)) {
    const log = logs.find(({ keyId }) => keyId === textAt(entry, 'logId', 'keyId'));
    const promise = textAt(entry, 'inclusionPromise', 'signedEntryTimestamp');
    const body = textAt(entry, 'canonicalizedBody');
    const time = Number(textAt(entry, 'integratedTime') ?? Number.NaN);
    const index = Number(textAt(entry, 'logIndex') ?? Number.NaN);
    if (!log || promise === null || body === null || !Number.isSafeInteger(time) || !Number.isSafeInteger(index)) continue;
    const logID = Buffer.from(log.keyId, 'base64').toString('hex');
    const message = Buffer.from(JSON.stringify({ body, integratedTime: time, logID, logIndex: index }));
    if (!isPromised(log, message, promise) || !isAbout(body, logged)) continue;
    // A bundle that carries a proof of inclusion is only as good as that proof.
    if (mapAt(entry, 'inclusionProof') !== null && !isIncluded(entry, Buffer.from(body, 'base64'), log)) continue;
    return time * 1000;
  }
  return null;
}

function isPromised({ key }: TrustedLog, message: Uint8Array, promise: string): boolean {
  try {
    return verify('sha256', message, createPublicKey(key), Buffer.from(promise, 'base64'));
  } catch {
    // Bytes that are no signature promise nothing.
    return false;
  }
}

/** The log's own record of the signature: one of another signature proves nothing about this one. @source Rekor types dsse 0.0.1, intoto 0.0.2, hashedrekord 0.0.1. */
function isAbout(body: string, { signature, digest }: LoggedSignature): boolean {
  const record = parsed(Buffer.from(body, 'base64').toString('utf8'));
  const kind = textAt(record, 'kind');
  if (kind === 'hashedrekord')
    return textAt(record, 'spec', 'signature', 'content') === signature && textAt(record, 'spec', 'data', 'hash', 'value') === digest;
  if (kind === 'dsse')
    return (
      textAt(record, 'spec', 'payloadHash', 'value') === digest &&
      listAt(record, 'spec', 'signatures').some((one) => textAt(one, 'signature') === signature)
    );
  return (
    kind === 'intoto' &&
    textAt(record, 'spec', 'content', 'payloadHash', 'value') === digest &&
    listAt(record, 'spec', 'content', 'envelope', 'signatures').some(
      (one) => Buffer.from(textAt(one, 'sig') ?? '', 'base64').toString('latin1') === signature,
    )
  );
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseJson(text).value;
  } catch {
    // Not JSON: a record of nothing that is known.
    return undefined;
  }
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
