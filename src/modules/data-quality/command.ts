/** `ai-spm data-quality`: checks of a table on a laptop or in a pipeline, without server, database or network. */
import { type Command, InvalidArgumentError } from 'commander';
import { registerData } from './data-command/register-data.ts';
import { type DriftTest, driftTests } from './drift/drift-tests.ts';
import type { PoisoningCommandOptions } from './poisoning/poisoning-command.ts';
import type { CommandOptions } from './run-command.ts';

export function register(program: Command): void {
  registerData(program);
  const noun = program.command('data-quality').description('Check a table (CSV, TSV, JSON, NDJSON, Parquet; also gzip or zstd)');
  noun
    .command('check')
    .description('What the columns of FILE hold, and the metrics of quality that can be known without rules')
    .argument('<file>')
    .option('--key <columns>', 'columns that together identify a row, separated by commas')
    .option('--fail-below <score>', 'exit 1 when the score is below this (0 to 1)', share)
    .option('--delimiter <character>', 'of a text file; default: detected')
    .option('--no-header', 'the first line is data')
    .option('--json', 'print the whole answer as JSON')
    .addHelpText('after', exitHelp)
    .action(async (file: string, options: CommandOptions) => {
      const { runQualityCommand } = await import('./run-command.ts');
      process.exitCode = await runQualityCommand(file, options);
    });
  noun
    .command('drift')
    .description('What changed from the table REFERENCE to the table CURRENT')
    .argument('<reference>')
    .argument('<current>')
    .option('--sensitivity <level>', 'low, medium or high', level, 'medium')
    .option('--tests <names>', `besides what the verdict stands on, of ${driftTests.join(', ')}; none; default: all`, testNames)
    .option('--delimiter <character>', 'of text files; default: detected')
    .option('--no-header', 'the first line is data')
    .option('--json', 'print the whole answer as JSON')
    .addHelpText('after', exitHelp)
    .action(async (reference: string, current: string, options: CommandOptions) => {
      const { runDriftCommand } = await import('./run-command.ts');
      process.exitCode = await runDriftCommand(reference, current, options);
    });
  noun
    .command('poisoning')
    .description('Whether the labelled table FILE was tampered with: flipped labels, triggers, floods of copies, shifts')
    .argument('<file>')
    .requiredOption('--label <column>', 'column that holds the label')
    .option('--split <column>', 'column that names the part of a row (training, validation)')
    .option('--order <column>', 'column of time or number by which rows came in')
    .option('--baseline <file>', 'an earlier table of the same columns')
    .option('--seed <number>', 'of the folds and permutations', whole, 1)
    .option('--delimiter <character>', 'of text files; default: detected')
    .option('--no-header', 'the first line is data')
    .option('--json', 'print the whole answer as JSON')
    .addHelpText('after', poisoningHelp)
    .action(async (file: string, options: PoisoningCommandOptions) => {
      const { runPoisoningCommand } = await import('./poisoning/poisoning-command.ts');
      process.exitCode = await runPoisoningCommand(file, options);
    });
}

const poisoningHelp =
  '\nExit codes: 0 clean; 1 poisoned or suspicious; 2 the data could not be read or the verdict is unknown; 3 wrong usage.';

function whole(word: string): number {
  const value = Number(word);
  if (!(Number.isInteger(value) && value >= 0 && value <= 4_294_967_295))
    throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.');
  return value;
}

const exitHelp =
  '\nExit codes: 0 well; 1 drift, or a score below --fail-below; 2 the data could not be read or nothing could be said; 3 wrong usage.';

function testNames(word: string): DriftTest[] {
  if (word === 'none') return [];
  return word.split(',').map((name) => {
    const test = driftTests.find((one) => one === name);
    if (test === undefined) throw new InvalidArgumentError(`It must be none, or of ${driftTests.join(', ')}, with commas between them.`);
    return test;
  });
}

function share(word: string): number {
  const value = Number(word);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

function level(word: string): string {
  if (!['low', 'medium', 'high'].includes(word)) throw new InvalidArgumentError('Choose low, medium or high.');
  return word;
}
