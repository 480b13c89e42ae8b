/** The command line: offline commands of the slices, and every endpoint of a running platform as `<slice> <operation>`. */
import { Command, CommanderError } from 'commander';
import { version } from '../../platform/version.ts';
import { registrations } from './commands.generated.ts';

/** Wrong use; the other codes belong to the commands (see `ai-spm scan --help`). */
const wrongUse = 3;

async function main(): Promise<void> {
  const program = new Command('ai-spm')
    .description('AI security posture management: scan files offline, or drive a running platform.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(ai-spm --help lists every command)');
  for (const register of registrations) register(program);
  const word = process.argv[2] ?? '';
  const offline = program.commands.some((command) => command.name() === word || command.aliases().includes(word));
  // The contract of every slice is read only when it is asked for: an offline scan starts at once.
  if (!offline) (await import('./remote-commands.ts')).registerRemote(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : wrongUse;
    else process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  if (typeof error === 'object' && error !== null && 'issues' in error && Array.isArray(error.issues)) {
    for (const { path, message: sentence } of error.issues) process.stderr.write(`  ${path || 'input'}: ${sentence}\n`);
  }
  return 2;
}

await main();
