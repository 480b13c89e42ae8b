/** `ai-spm audit verify`: an export is checked on any machine, without the platform. */
import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { trustedKeys } from '../tree/key-rotation.ts';
import { blocksOfFile } from '../tree/line-blocks.ts';
import { readNotes } from '../tree/note-file.ts';
import { publicKeyObject, rawPublicKey } from '../tree/public-key.ts';
import { tilesOfFolder } from '../tree/tile-files.ts';
import { type LineProof, linesOf, verifyExcerpt } from '../tree/verify-excerpt.ts';
import { type ExportKey, type ExportVerdict, verifyExport } from '../tree/verify-export.ts';

export type VerifyOptions = {
  readonly file: string;
  readonly checkpoints?: string;
  readonly key?: string;
  readonly tiles?: string;
  /** Of an excerpt: then each line is checked by itself. */
  readonly proofs?: string;
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
        validTo: z.string().max(40).nullable().optional(),
        rotation: z.string().max(16_384).nullable().optional(),
      }),
    )
    .max(1000),
});
const ProofLine = z.strictObject({
  index: z.int().min(0),
  size: z.int().min(1),
  proof: z.array(z.string().length(64)).max(64),
});

/** @returns exit code: 0 verified and anchored, 1 tampered or incomplete, 2 unreadable or wrong use, 3 nothing to compare with. */
export async function runVerify(options: VerifyOptions, write: (text: string) => void): Promise<number> {
  try {
    const { verdict, isPinned } = await verify(options);
    const isExcerpt = options.proofs !== undefined;
    write(
      options.json === true
        ? `${JSON.stringify({ ...verdict, kind: isExcerpt ? 'excerpt' : 'log', keyPinned: isPinned }, null, 2)}\n`
        : inWords(verdict, { isPinned, isExcerpt }),
    );
    return verdict.exitCode;
  } catch (error) {
    write(`${error instanceof Error ? error.message : 'It cannot be read.'}\n`);
    return unreadable;
  }
}

async function verify(options: VerifyOptions): Promise<{ verdict: ExportVerdict; isPinned: boolean }> {
  const { file, checkpoints, key, from, tiles, proofs } = options;
  statSync(file);
  if (tiles !== undefined) statSync(tiles);
  const { notes, broken } = checkpoints === undefined ? { notes: [], broken: [] } : readNotes(bounded(checkpoints));
  const keys = keysFor(options, notes[0]?.signatures[0]?.name);
  if (notes.length > 0 && keys.length === 0) throw new RangeError('There is no key to check the checkpoints with: name one by --key.');
  const given = { lines: blocksOfFile(file), notes, brokenNotes: broken, keys };
  const verdict =
    proofs === undefined
      ? await verifyExport({ ...given, from, ...(tiles === undefined ? {} : { tiles: tilesOfFolder(tiles) }) })
      : await verifyExcerpt({ ...given, proofs: proofsOf(proofs) });
  return { verdict, isPinned: key !== undefined };
}

async function* proofsOf(path: string): AsyncGenerator<LineProof | null> {
  for await (const line of linesOf(blocksOfFile(path))) yield proofOf(line.toString('utf8'));
}

function proofOf(line: string): LineProof | null {
  try {
    return ProofLine.parse(JSON.parse(line));
  } catch {
    // The line it belongs to is then said to have none.
    return null;
  }
}

/** The pinned key, or what lies beside the checkpoints. A key that followed a pinned one is trusted when both signed that it did. */
function keysFor({ key, checkpoints }: VerifyOptions, signer: string | undefined): ExportKey[] {
  const beside = checkpoints === undefined ? null : join(dirname(checkpoints), 'keys.json');
  const listed = beside !== null && existsSync(beside) ? bounded(beside) : null;
  if (key === undefined) return listed === null ? [] : keysOf(listed, signer);
  return trustedKeys(keysOf(bounded(key), signer), listed === null ? [] : rotationsOf(listed));
}

function rotationsOf(text: string): string[] {
  return KeyFile.parse(JSON.parse(text)).keys.flatMap(({ rotation }) => rotation ?? []);
}

/** keys.json as the platform answers it, or one public key in PEM. */
function keysOf(text: string, signer: string | undefined): ExportKey[] {
  if (text.includes('-----BEGIN')) {
    const keyObject = createPublicKey(text);
    return signer === undefined ? [] : [{ name: signer, publicKey: rawPublicKey(keyObject), keyObject }];
  }
  return KeyFile.parse(JSON.parse(text)).keys.map(({ name, publicKey, validTo }) => {
    const raw = Buffer.from(publicKey, 'base64');
    return { name, publicKey: raw, keyObject: publicKeyObject(raw), validTo: validTo ?? null };
  });
}

function bounded(path: string): string {
  const { size } = statSync(path);
  if (size > mostCheckpointBytes) throw new RangeError(`${path} is larger than ${mostCheckpointBytes} bytes.`);
  return readFileSync(path, 'utf8');
}

const heads = {
  0: 'Verified.',
  1: 'Tampered or incomplete.',
  2: 'Unreadable.',
  3: 'Consistent, but there is no checkpoint to compare with.',
} as const;

function inWords(verdict: ExportVerdict, { isPinned, isExcerpt }: { isPinned: boolean; isExcerpt: boolean }): string {
  const { exitCode, lines, provenTo, checkpoints, newest, defects, defectCount } = verdict;
  const facts = [
    heads[exitCode],
    isExcerpt
      ? `${lines} lines read; entries proven to be in the signed log: ${provenTo}. An excerpt cannot show that none is missing between them.`
      : `${lines} lines read; entries proven good from the first on: ${provenTo}.`,
    newest === null
      ? 'No checkpoint.'
      : `${checkpoints} checkpoints; the newest signs ${newest.size} entries with root ${newest.root} of ${newest.origin}, ${newest.signedAt === null ? 'without saying when' : `at ${newest.signedAt} by the clock of the signer`}.`,
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
