/** The signed-in session of the command line: a file only its owner can read. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { configFolder } from '../../platform/config.ts';

const SavedSession = z.object({ url: z.url({ protocol: /^https?$/ }), cookies: z.record(z.string(), z.string()) });
export type SavedSession = z.infer<typeof SavedSession>;

function sessionPath(): string {
  return join(configFolder() ?? join(homedir(), '.config'), 'ai-spm', 'session.json');
}

export function readSession(): SavedSession | null {
  try {
    return SavedSession.parse(JSON.parse(readFileSync(sessionPath(), 'utf8')));
  } catch {
    // None, or one that is not readable: sign in again.
    return null;
  }
}

export function saveSession(session: SavedSession): void {
  const path = sessionPath();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify(session), { mode: 0o600 });
}

export function forgetSession(): void {
  rmSync(sessionPath(), { force: true });
}
