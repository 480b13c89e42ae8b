/** What a run found against the run before of the same place: new, changed, unchanged, gone. Pure. */
import { createHash } from 'node:crypto';
import type { Hit, HitState } from '../contract.ts';

export type Fingerprint = { readonly key: Buffer; readonly content: Buffer };

export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * `key` is the same for the same thing in two runs; `content` changes with what is said about it.
 * Lines are no content: code moves up and down without being another use.
 */
export function fingerprint(hit: Hit): Fingerprint {
  const { kind, keys, name, purl, facts, edges, where } = hit;
  const paths = [...new Set(where.map(({ path }) => path))].sort();
  return {
    key: hashOf(`${kind}\0${keys[0]}`),
    content: hashOf(JSON.stringify([name, purl, [...keys].sort(), Object.entries(facts).sort(), edges, paths])),
  };
}

export type Earlier = { readonly key: Buffer; readonly content: Buffer; readonly hit: Hit; readonly assetId: string | null };
export type Compared = { readonly hit: Hit; readonly state: HitState; readonly fingerprint: Fingerprint; readonly assetId: string | null };

/**
 * @param earlier  hits of the run before, without those that were gone then; null for the first run of a place: everything is new.
 * @param complete whether this walk reached everything: only then can something be gone.
 */
export function compareHits(hits: readonly Hit[], earlier: readonly Earlier[] | null, complete: boolean): Compared[] {
  const before = new Map((earlier ?? []).map((one) => [one.key.toString('hex'), one]));
  const seen = new Set<string>();
  const found = hits.map((hit): Compared => {
    const print = fingerprint(hit);
    const key = print.key.toString('hex');
    seen.add(key);
    const known = before.get(key);
    const state = known === undefined ? 'new' : known.content.equals(print.content) ? 'unchanged' : 'changed';
    return { hit, state, fingerprint: print, assetId: known?.assetId ?? null };
  });
  if (!complete) return found;
  const gone = (earlier ?? []).filter(({ key }) => !seen.has(key.toString('hex')));
  return [
    ...found,
    ...gone.map(({ hit, key, content, assetId }): Compared => ({ hit, state: 'gone', fingerprint: { key, content }, assetId })),
  ];
}
