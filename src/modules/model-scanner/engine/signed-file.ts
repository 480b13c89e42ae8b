/** After the walk: signatures over single files, compared with the bytes of those files. */
import { createPublicKey, createVerify } from 'node:crypto';
import { constants as fileFlags } from 'node:fs';
import { open } from 'node:fs/promises';
import { streamDigest } from '../signatures/signature-key.ts';
import { foreignPractice, holdingPractice, type SignaturePractice } from '../signatures/signature-practice.ts';
import type { PendingSignature, SignerTrust } from './artefact.ts';

export type SignedFile = {
  readonly path: string;
  readonly pending: PendingSignature;
  readonly signer: string | null;
};

const blockBytes = 2 ** 20;

/**
 * Reads the file once and compares it with the signature, for every key that may have made it.
 * @param path of the file that was signed, links resolved.
 * @returns what is known of the signature: broken when the key that its own bundle names did not sign these bytes.
 * Ed25519 signs no stream: such a signature stays unverified.
 */
export async function signedFilePractice({ path, pending, signer }: SignedFile): Promise<SignaturePractice> {
  const signature = Buffer.from(pending.signature, 'base64');
  const verifiers = pending.keys.flatMap((candidate) => {
    const key = createPublicKey(candidate.key);
    const digest = streamDigest(key);
    return digest === null ? [] : [{ candidate, key, verifier: createVerify(digest) }];
  });
  const name = signer === null ? 'signer unknown' : `signer says: ${signer}`;
  if (verifiers.length === 0) return unverified('its key is of a kind that is not checked', name);
  const wasRead = await eachBlock(path, (block) => {
    for (const { verifier } of verifiers) verifier.update(block);
  });
  if (!wasRead) return unverified('the signed file cannot be read', name);
  let best: SignerTrust | null = null;
  for (const { candidate, key, verifier } of verifiers)
    if (fits(() => verifier.verify(key, signature)) && best?.trust !== 'trusted') best = candidate.signer;
  if (best !== null) return holdingPractice(best, signer);
  if (verifiers.some(({ candidate }) => candidate.claimed))
    return {
      code: 'signature-broken',
      detail: 'The signature is not genuine: it does not fit the bytes of the file and the key it names.',
      text: name,
      certainty: 'proved',
    };
  return foreignPractice(signer);
}

function unverified(because: string, text: string): SignaturePractice {
  return {
    code: 'signature-unverified',
    detail: `A signature is present, not verified against a trusted root: ${because}.`,
    text,
    certainty: 'possible',
  };
}

/** Bytes that are no signature fit nothing. */
function fits(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

async function eachBlock(path: string, take: (block: Uint8Array) => void): Promise<boolean> {
  try {
    const handle = await open(path, fileFlags.O_RDONLY | (fileFlags.O_NOFOLLOW ?? 0) | (fileFlags.O_NONBLOCK ?? 0));
    try {
      if (!(await handle.stat()).isFile()) return false;
      const block = new Uint8Array(blockBytes);
      for (let read = await handle.read(block, 0, blockBytes); read.bytesRead > 0; read = await handle.read(block, 0, blockBytes))
        take(block.subarray(0, read.bytesRead));
      return true;
    } finally {
      await handle.close();
    }
  } catch {
    // The scan itself has said that the file cannot be opened.
    return false;
  }
}
