/** Signed checkpoints: a text with the size and root of the log, and lines of signatures. @source C2SP signed-note, tlog-checkpoint */
import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { hashBytes } from './hashing.ts';

/** Ed25519, as the format numbers it. */
const algorithm = 1;
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
export function keyId({ name, publicKey }: VerifyingKey): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([algorithm]))
    .update(publicKey)
    .digest()
    .subarray(0, 4);
}

/** The note: text, empty line, one signature line. Ed25519 is deterministic: the same checkpoint gives the same note. */
export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): string {
  const text = checkpointText(checkpoint);
  const signature = sign(null, Buffer.from(text, 'utf8'), key.privateKey);
  return `${text}\n— ${key.name} ${Buffer.concat([keyId(key), signature]).toString('base64')}\n`;
}

export type ReadNote = { readonly checkpoint: Checkpoint; readonly text: string; readonly signatures: readonly NoteSignature[] };
export type NoteSignature = { readonly name: string; readonly keyId: Buffer; readonly signature: Buffer };

/** Strict: anything but the exact form is null. */
export function readNote(note: string): ReadNote | null {
  if (note.length > longestNote || !note.endsWith('\n')) return null;
  const cut = note.indexOf('\n\n');
  if (cut < 0) return null;
  const text = note.slice(0, cut + 1);
  const lines = text.split('\n');
  const [origin, size, root] = lines;
  // An empty fourth part is what follows the last newline; more lines would be extensions, which we never write.
  if (lines.length !== 4 || origin === undefined || size === undefined || root === undefined || lines[3] !== '') return null;
  if (!/^[\x21-\x7e][\x20-\x7e]{0,200}$/.test(origin) || !/^(0|[1-9]\d{0,15})$/.test(size)) return null;
  const hash = exactBase64(root);
  if (hash === null || hash.length !== hashBytes || !Number.isSafeInteger(Number(size))) return null;
  const signatures = note
    .slice(cut + 2, -1)
    .split('\n')
    .map(readSignature);
  if (signatures.length > mostSignatures || signatures.some((one) => one === null)) return null;
  return { checkpoint: { origin, size: Number(size), root: hash }, text, signatures: signatures.filter((one) => one !== null) };
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
export function isSignedBy({ text, signatures }: ReadNote, key: VerifyingKey & { readonly keyObject: KeyObject }): boolean {
  const id = keyId(key);
  return signatures.some(
    ({ name, keyId: given, signature }) =>
      name === key.name && given.equals(id) && signature.length === 64 && verify(null, Buffer.from(text, 'utf8'), key.keyObject, signature),
  );
}
