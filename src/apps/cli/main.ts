/** The command line: offline commands of the slices, and every endpoint of a running platform as `<slice> <operation>`. */
import { registrations } from './commands.generated.ts';
import { runProgram } from './program.ts';

await runProgram(registrations, async () => (await import('./remote-commands.ts')).registerRemote);
