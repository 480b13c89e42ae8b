/** `ai-spm audit`: proofs about an exported audit log, without the platform that wrote it. */
import { type Command, InvalidArgumentError } from 'commander';
import type { VerifyOptions } from './verifying/verify-command.ts';

export function register(program: Command): void {
  program
    .command('audit')
    .description('Check an exported audit log')
    .command('verify')
    .description('Recompute every hash of an export and compare it with its signed checkpoints')
    .requiredOption('--file <entries>', 'entries.jsonl of an export')
    .option('--checkpoints <notes>', 'checkpoints.txt of the export, or of the second place')
    .option(
      '--key <file>',
      'the public key you trust: keys.json or PEM; keys that followed it are taken from keys.json. Default: keys.json alone, which is then not pinned',
    )
    .option('--tiles <folder>', 'tiles of the export: a damaged line is found even when every hash after it was made new')
    .option('--proofs <file>', 'proofs.jsonl of an excerpt: each line is checked by itself')
    .option('--from <index>', 'the file begins at this entry: without tiles only the chain is checked', wholeNumber, 0)
    .option('--json', 'print the verdict as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 verified, 1 tampered or incomplete, 2 unreadable or wrong use, 3 consistent but no checkpoint to compare with.',
    )
    .action(async (options: VerifyOptions) => {
      const { runVerify } = await import('./verifying/verify-command.ts');
      process.exitCode = await runVerify(options, (text) => process.stdout.write(text));
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number from 0');
  return value;
}
