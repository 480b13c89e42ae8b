/** That an entry stands in a transparency log: the path to a root which the log signed. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { listAt, textAt } from '../documents/pipeline-practice.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import type { TrustedLog } from './trust.ts';

const mostHashes = 64;

/**
 * @param entry of the bundle's `tlogEntries`, with `inclusionProof` and `canonicalizedBody`.
 * @returns whether the path leads to the root, and the log signed that root.
 * @source RFC 9162, 2.1.3.2 (verification of inclusion proofs); C2SP signed note and tlog-checkpoint, as Rekor 1 writes them.
 */
export function isIncluded(entry: JsonValue, body: Uint8Array, log: TrustedLog): boolean {
  const index = integerAt(entry, 'logIndex');
  const size = integerAt(entry, 'treeSize');
  const hashes = listAt(entry, 'inclusionProof', 'hashes').map((hash) => Buffer.from(typeof hash === 'string' ? hash : '', 'base64'));
  if (index === null || size === null || index >= size || hashes.length > mostHashes) return false;
  const root = rootOf(digest(0, body), { index, size, hashes });
  if (root === null || !root.equals(Buffer.from(textAt(entry, 'inclusionProof', 'rootHash') ?? '', 'base64'))) return false;
  return signsRoot(textAt(entry, 'inclusionProof', 'checkpoint', 'envelope') ?? '', { root, size, log });
}

function integerAt(entry: JsonValue, key: string): bigint | null {
  const text = textAt(entry, 'inclusionProof', key) ?? '';
  return /^\d{1,19}$/.test(text) ? BigInt(text) : null;
}

function digest(prefix: number, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256').update(Uint8Array.of(prefix));
  for (const part of parts) hash.update(part);
  return hash.digest();
}

type Path = { readonly index: bigint; readonly size: bigint; readonly hashes: readonly Buffer[] };

function rootOf(leaf: Buffer, { index, size, hashes }: Path): Buffer | null {
  let at = index;
  let last = size - 1n;
  let root = leaf;
  for (const hash of hashes) {
    if (last === 0n) return null;
    if ((at & 1n) === 1n || at === last) {
      root = digest(1, hash, root);
      while ((at & 1n) === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else root = digest(1, root, hash);
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? root : null;
}

type Root = { readonly root: Buffer; readonly size: bigint; readonly log: TrustedLog };

/** Origin, size and root on lines of their own, then an empty line and the signatures: `— name base64(first 4 bytes of the key's id, signature)`. */
function signsRoot(checkpoint: string, { root, size, log }: Root): boolean {
  const cut = checkpoint.indexOf('\n\n');
  if (cut < 0 || checkpoint.length > 20_000) return false;
  const signed = checkpoint.slice(0, cut + 1);
  const [, written, rootText] = signed.split('\n');
  if (written !== String(size) || !Buffer.from(rootText ?? '', 'base64').equals(root)) return false;
  const hint = Buffer.from(log.keyId, 'base64').subarray(0, 4);
  const key = createPublicKey(log.key);
  return checkpoint
    .slice(cut + 2)
    .split('\n', 20)
    .some((line) => {
      const bytes = Buffer.from(/^— \S{1,300} ([A-Za-z0-9+/=]{8,2000})$/.exec(line)?.[1] ?? '', 'base64');
      if (bytes.length < 5 || !bytes.subarray(0, 4).equals(hint)) return false;
      const isEdwards = key.asymmetricKeyType === 'ed25519';
      return verify(isEdwards ? null : 'sha256', Buffer.from(signed), key, bytes.subarray(4));
    });
}
