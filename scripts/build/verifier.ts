/** The audit verifier as one file: an auditor runs it with Node alone, without this platform and its packages. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { root } from '../files.ts';

const entry = 'src/modules/audit-logs/verifying/verify-main.ts';

/** @param path of the file to write. @returns packages that are inside it */
export async function buildVerifier(path: string): Promise<readonly string[]> {
  mkdirSync(dirname(path), { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    outfile: path,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    legalComments: 'inline',
    logLevel: 'silent',
  });
  const packages = Object.keys(metafile.inputs).flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
  return [...new Set(packages)];
}
