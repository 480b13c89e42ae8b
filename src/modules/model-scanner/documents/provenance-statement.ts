/** Statements about bytes: in-toto statements in DSSE envelopes, as OpenSSF model signing and sigstore bundles carry them. */
import { createHash, X509Certificate } from 'node:crypto';
import type { ProvenanceFact } from '../engine/artefact.ts';
import { type JsonValue, parseJson } from '../readers/parts/json-tokens.ts';
import { listAt, mapAt, textAt, valueAt } from './pipeline-practice.ts';

export type Subject = ProvenanceFact['subjects'][number];
export type Statement = {
  readonly subjects: readonly Subject[];
  /** It lists the files of a folder one by one, so that a file it leaves out is one its signer did not see. */
  readonly listsFolder: boolean;
  /** Files and folders the signer left out on purpose. */
  readonly ignored: readonly string[];
  /** What is wrong with the statement itself; null: nothing. */
  readonly contradiction: string | null;
};

const mostSubjects = 100_000;
const longestPayload = 64 * 2 ** 20;

/**
 * The statement inside an envelope.
 * @returns null when the payload is no in-toto statement.
 * @source in-toto Attestation Framework 1.0; DSSE 1.0; OpenSSF model signing 1.0, predicate `https://model_signing/signature/v1.0`.
 */
export function statementOf(envelope: JsonValue | undefined): Statement | null {
  const payload = textAt(envelope, 'payload');
  if (payload === null || payload.length > longestPayload) return null;
  const statement = decoded(payload);
  if (statement === undefined || !/in-toto\.io\/Statement/.test(textAt(statement, '_type') ?? '')) return null;
  const resources = listAt(statement, 'predicate', 'resources');
  const isModelSigning = /model_signing\/signature/.test(textAt(statement, 'predicateType') ?? '');
  const named = resources
    .slice(0, mostSubjects)
    .flatMap((resource) => subjectOf(textAt(resource, 'name'), textAt(resource, 'algorithm'), textAt(resource, 'digest')));
  const direct = listAt(statement, 'subject').slice(0, mostSubjects).flatMap(digestsOf);
  return {
    subjects: isModelSigning && resources.length > 0 ? named : direct,
    listsFolder: isModelSigning && resources.length > 0,
    ignored: listAt(statement, 'predicate', 'serialization', 'ignore_paths').filter((path) => typeof path === 'string'),
    contradiction: isModelSigning ? contradictionOf(statement, resources) : null,
  };
}

function decoded(payload: string): JsonValue | undefined {
  try {
    return parseJson(Buffer.from(payload, 'base64').toString('utf8')).value;
  } catch {
    // Not JSON: not a statement.
    return undefined;
  }
}

function subjectOf(file: string | null, algorithm: string | null, digest: string | null): Subject[] {
  if (file === null || digest === null || file.length > 4096 || digest.length > 200) return [];
  return [{ file, algorithm: (algorithm ?? 'sha256').toLowerCase(), digest: digest.toLowerCase(), size: null }];
}

function digestsOf(subject: JsonValue): Subject[] {
  const name = textAt(subject, 'name');
  const digests = mapAt(subject, 'digest');
  for (const algorithm of ['sha512', 'sha384', 'sha256']) {
    const digest = digests?.get(algorithm);
    if (typeof digest === 'string') return subjectOf(name, algorithm, digest);
  }
  return [];
}

/** The signed digest is the SHA-256 over the digests of all resources, in their order: it cannot be right for another list. */
function contradictionOf(statement: JsonValue, resources: readonly JsonValue[]): string | null {
  const signed = textAt(statement, 'subject', 0, 'digest', 'sha256');
  if (signed === null || resources.length === 0) return null;
  const hash = createHash('sha256');
  for (const resource of resources) hash.update(Buffer.from(textAt(resource, 'digest') ?? '', 'hex'));
  const computed = hash.digest('hex');
  return computed === signed.toLowerCase()
    ? null
    : `The signed digest ${signed.slice(0, 64)} is not that of the files listed (${computed}).`;
}

/** Name in the certificate of a bundle: what it says, not who it was. @source sigstore bundle 0.1 to 0.3. */
export function signerOf(bundle: JsonValue): string | null {
  const material = valueAt(bundle, 'verificationMaterial');
  const raw = textAt(material, 'certificate', 'rawBytes') ?? textAt(material, 'x509CertificateChain', 'certificates', 0, 'rawBytes');
  if (raw === null) return textAt(material, 'publicKey', 'hint')?.slice(0, 200) ?? null;
  try {
    const { subjectAltName, subject } = new X509Certificate(Buffer.from(raw, 'base64'));
    return (subjectAltName ?? subject).slice(0, 300);
  } catch {
    // A certificate that cannot be read names nobody.
    return null;
  }
}
