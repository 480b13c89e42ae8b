import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase } from '../../platform/database/database.ts';
import { forgetSigningKey } from './checkpoints.ts';
import { exportJob, fileOfExport } from './export-log.ts';
import { testLog } from './test-log.ts';
import { runVerify, type VerifyOptions } from './verify-command.ts';

/** Files of a tape archive, read by the layout of POSIX ustar: name at 0, size in octal digits at 124. */
function unpack(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; archive[at] !== 0; ) {
    const name = archive
      .subarray(at, at + 100)
      .toString('latin1')
      .replace(/\0.*$/s, '');
    const size = Number.parseInt(archive.subarray(at + 124, at + 135).toString('latin1'), 8);
    files.set(name, archive.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

test('an exported log is verified elsewhere, and a changed, cut or foreign one is not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  const log = await testLog(t);
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', DATA_DIR: folder });
  forgetSigningKey();
  t.after(async () => {
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '' });
    forgetSigningKey();
    rmSync(folder, { recursive: true, force: true });
  });
  await log.fill(12);
  const id = '0190a0b0-0000-7000-8000-0000000000aa';
  const job = { id, context: log.context(), signal: new AbortController().signal, attempt: 1, progress: () => {} };
  const answer = await inDatabase(log.database, () => exportJob.run({}, job));
  assert.equal((answer as { size: number }).size, 12);
  const files = unpack(readFileSync(fileOfExport(id)));
  assert.deepEqual([...files.keys()], ['manifest.json', 'checkpoints.txt', 'keys.json', 'entries.jsonl']);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);

  const verify = async (more: Partial<VerifyOptions> = {}): Promise<readonly [number, string]> => {
    let said = '';
    const options = { file: join(folder, 'entries.jsonl'), checkpoints: join(folder, 'checkpoints.txt'), from: 0, ...more };
    return [await runVerify(options, (text) => (said += text)), said];
  };
  const [good, words] = await verify();
  assert.equal(good, 0);
  assert.match(words, /Verified\.\n12 lines read; entries proven good from the first on: 12\./);
  assert.match(words, /Key not pinned/);
  assert.match((await verify({ key: join(folder, 'keys.json') }))[1], /The key is the one you named/);
  assert.equal((await verify({ file: join(folder, 'nothing') }))[0], 2);
  const lines = files.get('entries.jsonl')?.toString('utf8').trimEnd().split('\n') ?? [];
  const damaged = async (text: string): Promise<readonly [number, string]> => {
    writeFileSync(join(folder, 'damaged.jsonl'), text);
    return verify({ file: join(folder, 'damaged.jsonl') });
  };
  const [changed, changedWords] = await damaged(
    `${lines.map((line, at) => (at === 4 ? line.replace('asset-4', 'asset-5') : line)).join('\n')}\n`,
  );
  assert.equal(changed, 1);
  assert.match(changedWords, /line 6: Entry 5 does not follow line 5 as it stands/);
  assert.match((await damaged(`${lines.slice(0, 9).join('\n')}\n`))[1], /line 10: The last 3 of 12 signed entries are missing\./);
  assert.equal((await damaged(''))[0], 1, 'an emptied log with a signed one behind it');
});
