/** A bundle or envelope: does its signature hold, and is it by somebody who is trusted? */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { listAt, mapAt, textAt } from '../documents/pipeline-practice.ts';
import type { PendingSignature, SignerTrust } from '../engine/artefact.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { missingTrust } from './certificate-chain.ts';
import { earlySignedMessage, signedMessage } from './envelope-message.ts';
import { hintsOf, holds } from './signature-key.ts';
import { loggedAt, sha256Hex } from './transparency.ts';
import type { Trust } from './trust.ts';

export type SignatureCheck =
  /** The bytes that were signed are not these, or another key signed them. */
  | { readonly state: 'broken'; readonly because: string }
  /** None of the trusted keys made it, and its own is not at hand. */
  | { readonly state: 'foreign' }
  /** Nothing here can say: no key is at hand, or none of a kind that is known. */
  | { readonly state: 'unchecked'; readonly because: string }
  /** The signature holds; what is known of its signer. */
  | { readonly state: 'holds'; readonly signer: SignerTrust }
  /** It is over a file, whose bytes have to be read first. */
  | { readonly state: 'pending'; readonly pending: PendingSignature };

type Candidate = {
  readonly key: KeyObject;
  /** It is the key that the bundle says it was signed with: one that does not fit is a contradiction. */
  readonly claimed: boolean;
  readonly trustOf: (logged: { readonly signature: string; readonly digest: string }) => SignerTrust;
};

const mostSignatures = 20;
const mostCertificates = 10;

/**
 * @param root the JSON of a sigstore bundle (0.1 to 0.3) or a bare DSSE envelope.
 * @param trust whom the person who scans trusts; null: nobody was named, so that no signer is ever more than a name.
 * Never throws for what the bundle holds; never asks the network. Revocation, certificate transparency and RFC 3161 timestamps are not read.
 */
export function checkSignature(root: JsonValue, trust: Trust | null): SignatureCheck {
  const candidates = candidatesOf(root, trust);
  if (candidates.length === 0 && trust !== null) return { state: 'foreign' };
  if (candidates.length === 0)
    return { state: 'unchecked', because: 'the key it was made with is not in the file, and no trusted key was given' };
  const overFile = textAt(root, 'messageSignature', 'signature');
  if (overFile !== null) return { state: 'pending', pending: pendingOf(overFile, root, candidates) };
  return checkEnvelope(mapAt(root, 'dsseEnvelope') ?? root, candidates);
}

function checkEnvelope(envelope: JsonValue, candidates: readonly Candidate[]): SignatureCheck {
  const payload = Buffer.from(textAt(envelope, 'payload') ?? '', 'base64');
  const type = textAt(envelope, 'payloadType') ?? '';
  const message = signedMessage(type, payload);
  let contradicted = false;
  let known = false;
  let best: SignerTrust | null = null;
  for (const one of listAt(envelope, 'signatures').slice(0, mostSignatures)) {
    const written = textAt(one, 'sig') ?? '';
    const signature = Buffer.from(written, 'base64');
    for (const { key, claimed, trustOf } of candidates) {
      const fits = holds(key, message, signature) || holds(key, earlySignedMessage(type, payload), signature);
      if (fits !== null) known = true;
      if (fits === false && claimed) contradicted = true;
      if (fits !== true) continue;
      const signer = trustOf({ signature: written, digest: sha256Hex(payload) });
      if (best === null || ranks.indexOf(signer.trust) < ranks.indexOf(best.trust)) best = signer;
    }
  }
  if (best !== null) return { state: 'holds', signer: best };
  if (contradicted) return { state: 'broken', because: 'it does not fit the signed statement and the key it names' };
  return known ? { state: 'foreign' } : { state: 'unchecked', because: 'its key is of a kind that is not checked' };
}

/** Best first. */
const ranks: readonly SignerTrust['trust'][] = ['trusted', 'certified', 'untrusted', 'nobody-named'];

function pendingOf(signature: string, root: JsonValue, candidates: readonly Candidate[]): PendingSignature {
  const digest = Buffer.from(textAt(root, 'messageSignature', 'messageDigest', 'digest') ?? '', 'base64').toString('hex');
  return {
    signature,
    keys: candidates.map(({ key, claimed, trustOf }) => ({
      key: key.export({ type: 'spki', format: 'pem' }).toString(),
      claimed,
      signer: trustOf({ signature, digest }),
    })),
  };
}

function candidatesOf(root: JsonValue, trust: Trust | null): Candidate[] {
  const certificates = certificatesOf(root);
  const trustedKeys = (trust?.keys ?? []).map((pem) => createPublicKey(pem));
  const [leaf, ...between] = certificates;
  if (leaf !== undefined) return [{ key: leaf.publicKey, claimed: true, trustOf: certifiedTrust({ leaf, between, trust, root }) }];
  const hint = textAt(root, 'verificationMaterial', 'publicKey', 'hint') ?? textAt(root, 'signatures', 0, 'keyid') ?? '';
  const ofCertificates = (trust?.certificates ?? []).map((pem) => new X509Certificate(pem)).filter(({ ca }) => !ca);
  return [...trustedKeys, ...ofCertificates.map(({ publicKey }) => publicKey)].map((key) => ({
    key,
    claimed: hint !== '' && hintsOf(key).has(hint),
    trustOf: () => ({ trust: 'trusted', because: 'a key that was given as trusted made it' }),
  }));
}

type Certified = {
  readonly leaf: X509Certificate;
  readonly between: readonly X509Certificate[];
  readonly trust: Trust | null;
  readonly root: JsonValue;
};

function certifiedTrust({ leaf, between, trust, root }: Certified): Candidate['trustOf'] {
  return (logged) => {
    if (trust === null) return { trust: 'nobody-named', because: 'no trusted key or authority was given' };
    if (trust.keys.some((pem) => createPublicKey(pem).equals(leaf.publicKey)))
      return { trust: 'trusted', because: 'the key of its certificate was given as trusted' };
    const time = loggedAt(root, logged, trust.logs);
    const trusted = trust.certificates.map((pem) => new X509Certificate(pem));
    const missing = missingTrust({ leaf, between, trusted, at: time ?? Date.now() });
    if (missing !== null) return { trust: 'untrusted', because: missing };
    if (trusted.some(({ raw }) => raw.equals(leaf.raw))) return { trust: 'trusted', because: 'its certificate was given as trusted' };
    const names = namesOf(leaf);
    if (trust.signers.some((signer) => names.includes(signer)))
      return { trust: 'trusted', because: 'its authority and its name are trusted' };
    if (trust.signers.length > 0) return { trust: 'untrusted', because: 'its authority is trusted, its name is none of those expected' };
    return { trust: 'certified', because: 'its authority is trusted; nobody said which name to expect' };
  };
}

/** Mail addresses, URIs and DNS names of the subject. */
function namesOf({ subjectAltName }: X509Certificate): string[] {
  // Node puts names with a comma or a quote into quotation marks, as JSON does (CVE-2021-44532).
  return [...(subjectAltName ?? '').matchAll(/(?:^|, )[A-Za-z ]{1,20}:(?:"((?:[^"\\]|\\.){0,2000})"|([^,"]{0,2000}))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}

/** The signer's own first. A bundle whose certificates cannot be read has none. */
function certificatesOf(root: JsonValue): X509Certificate[] {
  const single = textAt(root, 'verificationMaterial', 'certificate', 'rawBytes');
  const chain = listAt(root, 'verificationMaterial', 'x509CertificateChain', 'certificates')
    .slice(0, mostCertificates)
    .map((one) => textAt(one, 'rawBytes'));
  try {
    const found = (single === null ? chain : [single]).flatMap((raw) =>
      raw === null ? [] : [new X509Certificate(Buffer.from(raw, 'base64'))],
    );
    // The key is read when it is first asked for, and only then a broken one is told.
    return found.every(({ publicKey }) => publicKey !== undefined) ? found : [];
  } catch {
    return [];
  }
}
