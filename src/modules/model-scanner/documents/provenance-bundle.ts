/** Signatures beside models: sigstore bundles, OpenSSF model signing (`model.sig`), and bare DSSE envelopes. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { type Draft, lie } from '../engine/reader.ts';
import { signatureCheck } from '../signatures/load-signatures.ts';
import { signaturePractice } from '../signatures/signature-practice.ts';
import type { Trust } from '../signatures/trust.ts';
import { mapAt, noteInto, textAt, valueAt } from './pipeline-practice.ts';
import { type Subject, signerOf, statementOf } from './provenance-statement.ts';

export default defineDocument({
  format: 'signature-bundle',
  role: 'config',
  syntaxes: ['json'],
  words: ['dev.sigstore.bundle', 'dsseEnvelope', 'application/vnd.in-toto+json'],
  is: ({ root }) => isBundle(root) || isEnvelope(root),
  read: (document, draft, { tables }) => readBundle(document, draft, tables.trust ?? null),
});

function isBundle(root: TextDocument['root']): boolean {
  return mapAt(root, 'verificationMaterial') !== null && (mapAt(root, 'dsseEnvelope') !== null || mapAt(root, 'messageSignature') !== null);
}

function isEnvelope(root: TextDocument['root']): boolean {
  return (
    textAt(root, 'payload') !== null && /in-toto/.test(textAt(root, 'payloadType') ?? '') && Array.isArray(valueAt(root, 'signatures'))
  );
}

function readBundle(document: TextDocument, draft: Draft, trust: Trust | null): void {
  const { root } = document;
  const statement = statementOf(mapAt(root, 'dsseEnvelope') ?? root);
  const subjects = statement?.subjects ?? messageSubject(document);
  const kind = statement?.listsFolder ? 'model-signing' : 'sigstore-bundle';
  const where = document.placeOf([]);
  const signer = signerOf(root);
  draft.metadata.set('signedFiles', subjects.length);
  if (signer !== null) draft.metadata.set('signer', signer);
  if (statement?.ignored.length) draft.metadata.set('ignoredPaths', statement.ignored.join('\n').slice(0, 2000));
  const check = signatureCheck().checkSignature(root, trust);
  draft.provenance.push({ kind, subjects, signer, where, ...(check.state === 'pending' ? { pending: check.pending } : {}) });
  if (statement?.contradiction) draft.anomalies.push(lie('provenance-root-mismatch', statement.contradiction, where));
  if (statement === null && subjects.length === 0)
    draft.unread.push({ reason: 'unsupported', detail: 'The signature is about something that is not read.', where });
  const practice = signaturePractice(check, signer);
  if (practice !== null) noteInto(draft, 'repository')({ ...practice, where });
}

const algorithms = new Map([
  ['SHA2_256', 'sha256'],
  ['SHA2_384', 'sha384'],
  ['SHA2_512', 'sha512'],
]);

/** A bundle about one file names none: by custom it stands beside it, with an ending more. */
function messageSubject({ root, name, path }: TextDocument): Subject[] {
  const digest = textAt(root, 'messageSignature', 'messageDigest', 'digest');
  const algorithm = algorithms.get(textAt(root, 'messageSignature', 'messageDigest', 'algorithm') ?? '');
  const ending = /\.(sigstore(\.json)?|bundle|sig|cosign\.bundle)$/.exec(name)?.[0];
  if (digest === null || algorithm === undefined || ending === undefined) return [];
  const file = path.slice(path.lastIndexOf('/') + 1).slice(0, -ending.length);
  return [{ file, algorithm, digest: Buffer.from(digest, 'base64').toString('hex'), size: null }];
}
