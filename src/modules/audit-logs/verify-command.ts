/** `ai-spm audit verify`: an export is checked on any machine, without the platform. */
import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { publicKeyObject, rawPublicKey } from './public-key.ts';
import { readNotes } from './tree/note-file.ts';
import { linesOf } from './tree/read-lines.ts';
import { type ExportKey, type ExportVerdict, verifyExport } from './tree/verify-export.ts';

export type VerifyOptions = {
  readonly file: string;
  readonly checkpoints?: string;
  readonly key?: string;
  readonly from: number;
  readonly json?: true;
};
const unreadable = 2;
const mostCheckpointBytes = 512 * 2 ** 20;

export const KeyFile = z.object({
  keys: z
    .array(
      z.object({
        name: z.string().max(200),
        keyId: z.string().max(64),
        publicKey: z.base64().max(100),
      }),
    )
    .max(1000),
});

/** @returns exit code: 0 verified and anchored, 1 tampered or incomplete, 2 unreadable or wrong use, 3 nothing to compare with. */
export async function runVerify(options: VerifyOptions, write: (text: string) => void): Promise<number> {
  try {
    const { verdict, isPinned } = await verify(options);
    write(options.json === true ? `${JSON.stringify({ ...verdict, keyPinned: isPinned }, null, 2)}\n` : inWords(verdict, isPinned));
    return verdict.exitCode;
  } catch (error) {
    write(`${error instanceof Error ? error.message : 'It cannot be read.'}\n`);
    return unreadable;
  }
}

async function verify(options: VerifyOptions): Promise<{ verdict: ExportVerdict; isPinned: boolean }> {
  const { file, checkpoints, key, from } = options;
  statSync(file);
  const { notes, broken } = checkpoints === undefined ? { notes: [], broken: [] } : readNotes(bounded(checkpoints));
  const keys = keysFor(options, notes[0]?.signatures[0]?.name);
  if (notes.length > 0 && keys.length === 0) throw new RangeError('There is no key to check the checkpoints with: name one by --key.');
  return { verdict: await verifyExport({ lines: linesOf(file), notes, brokenNotes: broken, keys, from }), isPinned: key !== undefined };
}

/** The pinned key, or what lies beside the checkpoints. */
function keysFor({ key, checkpoints }: VerifyOptions, signer: string | undefined): ExportKey[] {
  if (key !== undefined) return keysOf(bounded(key), signer);
  const beside = checkpoints === undefined ? null : join(dirname(checkpoints), 'keys.json');
  return beside !== null && existsSync(beside) ? keysOf(bounded(beside), signer) : [];
}

/** keys.json as the platform answers it, or one public key in PEM. */
function keysOf(text: string, signer: string | undefined): ExportKey[] {
  if (text.includes('-----BEGIN')) {
    const keyObject = createPublicKey(text);
    return signer === undefined ? [] : [{ name: signer, publicKey: rawPublicKey(keyObject), keyObject }];
  }
  return KeyFile.parse(JSON.parse(text)).keys.map(({ name, publicKey }) => {
    const raw = Buffer.from(publicKey, 'base64');
    return { name, publicKey: raw, keyObject: publicKeyObject(raw) };
  });
}

function bounded(path: string): string {
  const { size } = statSync(path);
  if (size > mostCheckpointBytes) throw new RangeError(`${path} is larger than ${mostCheckpointBytes} bytes.`);
  return readFileSync(path, 'utf8');
}

function inWords({ exitCode, lines, provenTo, checkpoints, newest, defects, defectCount }: ExportVerdict, isPinned: boolean): string {
  const heads = {
    0: 'Verified.',
    1: 'Tampered or incomplete.',
    2: 'Unreadable.',
    3: 'Consistent, but there is no checkpoint to compare with.',
  } as const;
  const facts = [
    heads[exitCode],
    `${lines} lines read; entries proven good from the first on: ${provenTo}.`,
    newest === null
      ? 'No checkpoint.'
      : `${checkpoints} checkpoints; the newest signs ${newest.size} entries with root ${newest.root} of ${newest.origin}.`,
    newest === null
      ? null
      : isPinned
        ? 'The key is the one you named.'
        : 'Key not pinned: it was taken from beside the checkpoints. Name one you trust by --key.',
    ...defects.map(({ line, sentence }) => `${line === 0 ? 'checkpoints' : `line ${line}`}: ${sentence}`),
    defectCount > defects.length ? `${defectCount - defects.length} further defects.` : null,
  ];
  return `${facts.filter((fact) => fact !== null).join('\n')}\n`;
}
