/**
 * The list of destroyed keys, kept apart from the database: a backup of the database brings keys back, this list destroys them again
 * before anybody is served. Only appended to.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

const keyLine = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/;
const batch = 1000;

/** One write at the end, forced to the disk before anything is destroyed. */
export async function listDestroyed(path: string, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(ids.map((id) => `${id} ${at.toISOString()}\n`).join(''));
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Ids in batches of at most 1,000; nothing when there is no list. A half line at the end was not promised to anybody. */
export async function* destroyedIn(path: string): AsyncGenerator<string[]> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  let ids: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
    const [id] = keyLine.exec(line) ?? [];
    if (id === undefined) continue;
    ids.push(id);
    if (ids.length < batch) continue;
    yield ids;
    ids = [];
  }
  if (ids.length > 0) yield ids;
}
