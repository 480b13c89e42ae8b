/** A run of the command line: its words, the command they call, and the exit code. */
import { Command, CommanderError } from 'commander';
import { offerAdvisories } from '../../modules/model-scanner/advisory-port.ts';
import { version } from '../../platform/version.ts';

/** Wrong use; the other codes belong to the commands (see `ai-spm scan --help`). */
const wrongUse = 3;
/** The reader of a pipe went away (128 + SIGPIPE, as shells say it): never 0, or a gate would pass on what nobody read. */
const unread = 141;

type Register = (program: Command) => void;
type RegisterRemote = (program: Command, words: readonly string[]) => void;

/** @param remote adds what a running platform answers; only asked for when no offline command is meant. */
export async function runProgram(registrations: readonly Register[], remote: (() => Promise<RegisterRemote>) | null): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(unread);
  });
  const program = new Command('ai-spm')
    .description('AI security posture management: scan files offline, or drive a running platform.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(ai-spm --help lists every command)');
  for (const register of registrations) register(program);
  // The scanner and the advisories know nothing of each other; only here both are at hand.
  offerAdvisories(async (file, packages) => (await import('../../modules/advisories/imports/offline.ts')).matchSnapshot(file, packages));
  const words = process.argv.slice(2);
  const offline = isOffline(program, words);
  // The contract of every slice is read only when it is asked for: an offline scan starts at once.
  if (!offline && remote !== null) (await remote())(program, words);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : wrongUse;
    else process.exitCode = report(error);
  }
}

/** A noun may have offline verbs and, on a running platform, others. */
function isOffline(program: Command, [word = '', verb = '']: readonly string[]): boolean {
  const noun = program.commands.find((command) => command.name() === word || command.aliases().includes(word));
  if (noun === undefined) return false;
  const verbs = noun.commands.map((command) => command.name());
  return noun.registeredArguments.length > 0 || verbs.length === 0 || verbs.includes(verb);
}

function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  if (typeof error === 'object' && error !== null && 'issues' in error && Array.isArray(error.issues)) {
    for (const { path, message: sentence } of error.issues) process.stderr.write(`  ${path || 'input'}: ${sentence}\n`);
  }
  return 2;
}
