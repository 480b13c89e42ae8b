/** `ai-spm discover PATH`: the same walk as the platform's, offline, on the folder named. Nothing found is loaded or run. */
import { realpath, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Hit, WalkSummary } from './contract.ts';

type Options = { readonly json?: boolean };

/** @returns exit code: 0 looked at everything, 2 something was not reached, 3 there is no such folder. */
export async function runDiscover(path: string, { json = false }: Options, write: (text: string) => void): Promise<number> {
  const root = await realpath(path).catch(() => null);
  const isFolder = root !== null && (await stat(root)).isDirectory();
  if (root === null || !isFolder) {
    write(`There is no folder at ${printable(path)}.\n`);
    return 3;
  }
  // Loaded when it is asked for: every other command of the program starts without it.
  const [{ discover }, { diskTree }] = await Promise.all([import('./discover.ts'), import('./tree/disk-tree.ts')]);
  const { summary, hits } = discover(diskTree(root));
  write(json ? `${JSON.stringify({ summary, hits }, null, 2)}\n` : asText(summary, hits));
  return summary.complete ? 0 : 2;
}

function asText(summary: WalkSummary, hits: readonly Hit[]): string {
  const width = Math.max(12, ...hits.map(({ kind }) => kind.length));
  const rows = hits.map(({ kind, name, confidence, where, whereLeftOut }) => {
    const [first] = where;
    const place = first === undefined ? '' : first.line === null ? first.path : `${first.path}:${first.line}`;
    const more = where.length + whereLeftOut > 1 ? ` and ${where.length + whereLeftOut - 1} more` : '';
    return `${kind.padEnd(width)}  ${printable(name)}  (${confidence}; ${printable(place)}${more})`;
  });
  const left = summary.skipped.map(
    ({ path, reason, count }) => `  ${reason}: ${printable(path === '' ? 'several' : path)}${count > 1 ? `, ${count} times` : ''}`,
  );
  const end = `${hits.length} found in ${summary.files} files, ${Math.round(summary.durationMs)} ms${summary.complete ? '' : '; not everything was reached'}.`;
  return `${[...rows, ...(left.length > 0 ? ['Not looked into:', ...left] : []), end].join('\n')}\n`;
}

/** Names come from whoever made the files: control and direction characters are shown as codes, so that a terminal stays ours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

export function register(program: Command): void {
  program
    .command('discover')
    .argument('<path>', 'folder to look into')
    .description('List the AI things in a folder: models, data sets, agents, MCP servers, hosted models, packages, key names')
    .option('--json', 'everything, as JSON')
    .action(async (path: string, options: Options) => {
      process.exitCode = await runDiscover(path, options, (text) => process.stdout.write(text));
    });
}
