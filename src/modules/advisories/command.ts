/** `ai-spm advisories import FILE…`: vulnerability data compiled to one file for `ai-spm scan --advisories`, without a network. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';

type Options = { readonly output: string };
const wrongUse = 3;

export function register(program: Command): void {
  const noun = program
    .command('advisories')
    .description('Vulnerability data from files: compile it for offline scans, or work with the imports of a platform');
  noun
    .command('import')
    .description('Compile OSV archives (all.zip), the KEV catalogue and EPSS scores to one snapshot for ai-spm scan --advisories')
    .argument('<file...>', 'files of any of the three kinds; each is recognised by its content')
    .option('-o, --output <file>', 'where the snapshot is written', 'advisories.snapshot')
    .addHelpText('after', '\nNothing is fetched. To import into a running platform instead: ai-spm advisories upload --body FILE.')
    .action(async (files: string[], options: Options) => {
      process.exitCode = await importFiles(files, options, (text) => process.stdout.write(text));
    });
}

/** @returns exit code: 0 written, 3 a file could not be read. */
export async function importFiles(files: readonly string[], { output }: Options, write: (text: string) => void): Promise<number> {
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) {
    write(`There is no file ${printable(missing)}.\n`);
    return wrongUse;
  }
  const [{ writeSnapshot }, { isProblem }] = await Promise.all([import('./imports/snapshot.ts'), import('../../contract/problem.ts')]);
  let current = '';
  try {
    const sources = await writeSnapshot(files, output, (file) => {
      current = file;
    });
    for (const { kind, name, records, rejected, dataDate, sha256 } of sources) {
      const left = rejected === 0 ? '' : `, ${rejected} left out`;
      write(
        `${kind.toUpperCase().padEnd(4)}  ${printable(name)}: ${records.toLocaleString('en')} records${left}, of ${dataDate ?? 'unknown date'}, sha256 ${sha256}\n`,
      );
    }
    write(`Written to ${printable(output)}.\n`);
    return 0;
  } catch (error) {
    if (!isProblem(error)) throw error;
    write(`${printable(current)}: ${error.message}\n`);
    return wrongUse;
  }
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}
