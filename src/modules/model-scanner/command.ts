/** `ai-spm scan`: the scanner on a laptop or in a pipeline, without server, database or network. */
import { type Command, InvalidArgumentError } from 'commander';
import { keepCompiledCode } from '../../platform/workers/compile-cache.ts';
import { type Profile, profiles } from './engine/profile.ts';
import type { CyclonedxVersion } from './reports/cyclonedx.ts';
import { type Bar, bars, exitCodes } from './reports/gate.ts';
import type { DiffOptions, ScanOptions } from './scans/scan-options.ts';
import { storeWords } from './stores/store-words.ts';

const barWords = bars.join(', ');

export function register(program: Command): void {
  const scan = program
    .command('scan')
    .description('Say what loading the models under PATH would do, and whether their files are what they seem')
    .argument('<path...>', 'files or folders; with --source names of models')
    .option('--fail-on <bar>', `exit 1 from this verdict or severity on: ${barWords}`, oneOf(bars), 'suspicious' as Bar)
    .option(
      '--profile <profile>',
      `how much of each file may be read: ${profiles.join(', ')} (deep adds SHA-256)`,
      oneOf(profiles),
      'standard' as Profile,
    )
    .option('--json', 'print the whole result as JSON')
    .option('--sarif <file>', 'write SARIF 2.1.0 to this file ("-" prints it instead of the report)')
    .option('--cyclonedx <file>', 'write a CycloneDX bill of materials to this file ("-" prints it)')
    .option('--cyclonedx-version <version>', '1.6 or 1.7', oneOf(['1.6', '1.7'] as const), '1.6' as CyclonedxVersion)
    .option('--html <file>', 'write a page for people to this file ("-" prints it)')
    .option('--baseline <file>', 'SARIF or JSON of an earlier scan: only findings it does not have count for the exit code')
    .option('--suppressions <file>', 'YAML or JSON with findings somebody decided to live with: they are shown, and do not count')
    .option('--advisories <file>', 'snapshot of vulnerability data (ai-spm advisories): packages found are compared with it')
    .option('--source <kind>', `PATH names models in a store: ${storeWords.join(', ')}`, oneOf(storeWords))
    .option('--store <folder...>', 'with --source: folders that hold the store (default: its usual place in the home folder)')
    .option('--max-time <seconds>', 'stop beginning new files after this many seconds', positive)
    .option('--workers <count>', 'worker threads (default: one for each core)', positive)
    .option('--trusted-key <file...>', 'whose signatures count: PEM public keys or certificates, or a sigstore trusted_root.json')
    .option('--trusted-signer <name...>', 'with certificates of authorities: mail address or URI that must have signed')
    .addHelpText('after', `\n${exitHelp}`)
    .exitOverride(refuseUsage)
    .action(async (paths: string[], options: ScanOptions) => {
      keepCompiledCode();
      const { scanCommand } = await import('./scans/scan-command.ts');
      process.exitCode = await scanCommand(paths, options);
    });
  scan
    .command('diff')
    .description('Compare two results (JSON or SARIF): findings that are new, gone and unchanged, and verdicts that changed')
    .argument('<before>', 'the earlier result')
    .argument('<after>', 'the later result')
    .option(
      '--fail-on <bar>',
      `exit 1 when something new is at this severity or verdict or worse: ${barWords}`,
      oneOf(bars),
      'suspicious' as Bar,
    )
    .option('--json', 'print the comparison as JSON')
    .addHelpText('after', '\nExit codes: 0 nothing new at the bar; 1 something new at or above it; 3 wrong usage or unreadable results.')
    .exitOverride(refuseUsage)
    .action(async (before: string, after: string, options: DiffOptions) => {
      const [{ diffCommand }, { standardVoice }] = await Promise.all([import('./diff-command.ts'), import('./scans/scan-command.ts')]);
      process.exitCode = diffCommand([before, after], options, standardVoice);
    });
}

const exitHelp = 'Exit codes: 0 below the bar; 1 at or above it; 2 something could not be read and nothing reached the bar; 3 wrong usage.';

/** Help and version are no mistake; everything else commander refuses is wrong usage. */
function refuseUsage(error: { exitCode: number }): never {
  throw Object.assign(error, { exitCode: error.exitCode === 0 ? exitCodes.clean : exitCodes.usage });
}

function oneOf<const T extends string>(words: readonly T[]): (given: string) => T {
  return (given) => {
    const known = words.find((word) => word === given);
    if (known === undefined) throw new InvalidArgumentError(`Choose one of ${words.join(', ')}.`);
    return known;
  };
}

function positive(word: string): number {
  const value = Number(word);
  if (!(value > 0 && value < 1e6)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
