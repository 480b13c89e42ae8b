/** The verifier as a program of its own: bundled into one file that needs Node and nothing else (see scripts/build/verifier.ts). */
import { parseArgs } from 'node:util';
import { runVerify } from './verify-command.ts';

const usage = `Usage: node audit-verify.mjs --file entries.jsonl --checkpoints checkpoints.txt [--tiles DIR] [--key FILE] [--proofs FILE] [--from N] [--json]
Exit codes: 0 verified, 1 tampered or incomplete, 2 unreadable or wrong use, 3 consistent but no checkpoint to compare with.
`;
const text = { type: 'string' } as const;

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: { file: text, checkpoints: text, tiles: text, key: text, proofs: text, from: text, json: { type: 'boolean' } },
    });
    const { file, from = '0', json, ...others } = values;
    if (file === undefined || !/^\d{1,15}$/.test(from)) throw new RangeError('Name a file of entries.');
    const given = { ...others, file, from: Number(from), ...(json === true ? { json } : {}) };
    return await runVerify(given, (words) => process.stdout.write(words));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'Wrong use.'}\n${usage}`);
    return 2;
  }
}

process.exitCode = await main();
