/** Signed checkpoints: a text with the size and root of the log, and lines of signatures. @source C2SP signed-note, tlog-checkpoint, tlog-cosignature */
import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { hashBytes } from './hashing.ts';

/** As the formats number them: Ed25519 of the text, and Ed25519 of the text under a time. */
const plain = 1;
const timed = 4;
type Algorithm = typeof plain | typeof timed;
const longestNote = 16_384;
const mostSignatures = 16;

export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Buffer };
export type SigningKey = { readonly name: string; readonly privateKey: KeyObject; readonly publicKey: Buffer };
export type VerifyingKey = { readonly name: string; readonly publicKey: Buffer };

/** The text that is signed: three lines, no extension lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** First four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ public key). */
export function keyId({ name, publicKey }: VerifyingKey, algorithm: Algorithm = plain): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([algorithm]))
    .update(publicKey)
    .digest()
    .subarray(0, 4);
}

/** The note: text, empty line, a signature of the text, and a cosignature that says when (to the second). */
export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey, at: Date = new Date()): string {
  const text = checkpointText(checkpoint);
  const seconds = Math.floor(at.getTime() / 1000);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = sign(null, Buffer.from(timedText(text, seconds), 'utf8'), key.privateKey);
  return `${signText(text, [key])}— ${key.name} ${Buffer.concat([keyId(key, timed), time, signature]).toString('base64')}\n`;
}

/** What a cosignature signs: nothing that is signed without a time begins so. */
function timedText(text: string, seconds: number): string {
  return `cosignature/v1\ntime ${seconds}\n${text}`;
}

/** A text that ends with a newline, signed by one or more keys. */
export function signText(text: string, keys: readonly SigningKey[]): string {
  const lines = keys.map((key) => {
    const signature = sign(null, Buffer.from(text, 'utf8'), key.privateKey);
    return `— ${key.name} ${Buffer.concat([keyId(key), signature]).toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

export type SignedText = { readonly text: string; readonly signatures: readonly NoteSignature[] };
export type ReadNote = SignedText & { readonly checkpoint: Checkpoint };
export type NoteSignature = { readonly name: string; readonly keyId: Buffer; readonly signature: Buffer };

/** The note as it was read. */
export function writeNote({ text, signatures }: SignedText): string {
  const lines = signatures.map(({ name, keyId: id, signature }) => `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`);
  return `${text}\n${lines.join('')}`;
}

/** Text and signatures of any signed note. Strict: anything but the exact form is null. */
export function readSigned(note: string): SignedText | null {
  if (note.length > longestNote || !note.endsWith('\n')) return null;
  const cut = note.indexOf('\n\n');
  if (cut < 0) return null;
  const lines = note.slice(cut + 2, -1).split('\n');
  const signatures = lines.map(readSignature).filter((one) => one !== null);
  if (lines.length > mostSignatures || signatures.length < lines.length) return null;
  return { text: note.slice(0, cut + 1), signatures };
}

/** Strict: anything but the exact form of a checkpoint is null. */
export function readNote(note: string): ReadNote | null {
  const signed = readSigned(note);
  if (signed === null) return null;
  const lines = signed.text.split('\n');
  const [origin, size, root] = lines;
  // An empty fourth part is what follows the last newline; more lines would be extensions, which we never write.
  if (lines.length !== 4 || origin === undefined || size === undefined || root === undefined || lines[3] !== '') return null;
  if (!/^[\x21-\x7e][\x20-\x7e]{0,200}$/.test(origin) || !/^(0|[1-9]\d{0,15})$/.test(size)) return null;
  const hash = exactBase64(root);
  if (hash === null || hash.length !== hashBytes || !Number.isSafeInteger(Number(size))) return null;
  return { ...signed, checkpoint: { origin, size: Number(size), root: hash } };
}

function readSignature(line: string): NoteSignature | null {
  const [, name, encoded] = /^— ([^\s+]{1,200}) ([A-Za-z0-9+/=]{1,400})$/u.exec(line) ?? [];
  const bytes = encoded === undefined ? null : exactBase64(encoded);
  if (name === undefined || bytes === null || bytes.length < 5) return null;
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** Only the one spelling of the bytes: what is compared as text must not have two forms. */
function exactBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** Whether one of the signatures is by this key over this very text. */
export function isSignedBy({ text, signatures }: SignedText, key: VerifyingKey & { readonly keyObject: KeyObject }): boolean {
  const id = keyId(key);
  return signatures.some(
    ({ name, keyId: given, signature }) =>
      name === key.name && given.equals(id) && signature.length === 64 && verify(null, Buffer.from(text, 'utf8'), key.keyObject, signature),
  );
}

/**
 * When the key says it signed. Notes of before there were cosignatures, and those of other signers, say nothing.
 * @returns null when nothing is said; `false` when what is said was not signed.
 */
export function signedAt({ text, signatures }: SignedText, key: VerifyingKey & { readonly keyObject: KeyObject }): Date | null | false {
  const id = keyId(key, timed);
  const own = signatures.filter(({ name, keyId: given }) => name === key.name && given.equals(id));
  const [first] = own;
  if (first === undefined) return null;
  const seconds = first.signature.length === 72 ? Number(first.signature.readBigUInt64BE()) : Number.NaN;
  const isRight =
    own.length === 1 &&
    seconds <= latestSecond &&
    verify(null, Buffer.from(timedText(text, seconds), 'utf8'), key.keyObject, first.signature.subarray(8));
  return isRight ? new Date(seconds * 1000) : false;
}

/** Of the year 9999: what a date as text can say. */
const latestSecond = 253_402_300_799;
