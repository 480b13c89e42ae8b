/** One signing key follows another: a statement signed by both, so that who trusts one of them may trust the other. */
import { publicKeyObject } from './public-key.ts';
import { isSignedBy, keyId, readSigned, type SigningKey, signText, type VerifyingKey } from './signed-note.ts';
import type { ExportKey } from './signed-roots.ts';

const heading = 'aispm signing key rotation v1';

/** @param at when the new key takes over, as lines write time. */
export function signRotation(from: SigningKey, to: SigningKey, at: string): string {
  return signText(rotationText(from, to, at), [from, to]);
}

function rotationText(from: VerifyingKey, to: VerifyingKey, at: string): string {
  const line = (key: VerifyingKey): string => `${keyId(key).toString('hex')} ${key.publicKey.toString('base64')}`;
  return [heading, from.name, line(from), line(to), at, ''].join('\n');
}

export type Rotation = { readonly from: VerifyingKey; readonly to: VerifyingKey; readonly at: string };

/** What a statement says, when both keys it names have signed it; else null. Pure. */
export function readRotation(note: string): Rotation | null {
  const signed = readSigned(note);
  const lines = signed?.text.split('\n') ?? [];
  const [head, name, from, to, at] = lines;
  if (signed === null || lines.length !== 6 || head !== heading || name === undefined || at === undefined) return null;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(at)) return null;
  const keys = [from, to].flatMap((line) => {
    const raw = Buffer.from(line?.split(' ')[1] ?? '', 'base64');
    return raw.length === 32 ? [{ name, publicKey: raw }] : [];
  });
  const [old, young] = keys;
  if (old === undefined || young === undefined || rotationText(old, young, at) !== signed.text) return null;
  const hasBoth = [old, young].every((key) => isSignedBy(signed, { ...key, keyObject: publicKeyObject(key.publicKey) }));
  return hasBoth ? { from: old, to: young, at } : null;
}

/**
 * Keys that may be trusted because one of `pinned` is: forwards and backwards along statements that both keys signed. A key that was
 * replaced ends at the time of its statement. Pure.
 */
export function trustedKeys(pinned: readonly ExportKey[], statements: readonly string[]): ExportKey[] {
  const rotations = statements.map(readRotation).filter((one) => one !== null);
  const trusted = new Map(pinned.map((key) => [keyOf(key), key]));
  for (let grows = true; grows; ) {
    grows = false;
    for (const { from, to } of rotations) {
      if (trusted.has(keyOf(from)) === trusted.has(keyOf(to))) continue;
      for (const key of [from, to])
        if (!trusted.has(keyOf(key))) trusted.set(keyOf(key), { ...key, keyObject: publicKeyObject(key.publicKey) });
      grows = true;
    }
  }
  for (const { from, at } of rotations) {
    const key = trusted.get(keyOf(from));
    if (key !== undefined) trusted.set(keyOf(from), { ...key, validTo: at });
  }
  return [...trusted.values()];
}

const keyOf = ({ name, publicKey }: VerifyingKey): string => `${name} ${publicKey.toString('base64')}`;
