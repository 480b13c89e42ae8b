import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { overrideEnvironment } from '../../../platform/config.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { leafOf, zeroLeaf } from '../entry.ts';
import { testLog } from '../test-log.ts';
import { forgetSigningKey } from '../tree/checkpoints.ts';
import { runVerify, type VerifyOptions } from '../verifying/verify-command.ts';
import { exportJob, fileOfExport } from './export-log.ts';

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

function writeFiles(folder: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
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
  assert.deepEqual(
    [...files.keys()],
    ['manifest.json', 'checkpoints.txt', 'keys.json', 'tiles/checkpoint', 'tiles/tile/0/000.p/12', 'entries.jsonl'],
  );
  writeFiles(folder, files);

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

  // Every hash after the change made new, as somebody would who knows the format.
  let prev = zeroLeaf;
  const rechained = lines.map((line, at) => {
    const text = line.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${prev}"`).replace(at === 4 ? 'asset-4' : 'nothing of the kind', 'asset-5');
    prev = leafOf(Buffer.from(text));
    return text;
  });
  writeFileSync(join(folder, 'damaged.jsonl'), `${rechained.join('\n')}\n`);
  const [, named] = await verify({ file: join(folder, 'damaged.jsonl'), tiles: join(folder, 'tiles') });
  assert.match(named, /line 5: Line 5 is not what was signed as entry 4\./);
  assert.match(named, /7 lines after it name another line before them, and are else what was signed\./);
  assert.equal((await verify({ tiles: join(folder, 'tiles') }))[0], 0);

  const excerptId = '0190a0b0-0000-7000-8000-0000000000ab';
  await inDatabase(log.database, () => exportJob.run({ filter: { resource_id: 'asset-7' } }, { ...job, id: excerptId }));
  const excerpt = unpack(readFileSync(fileOfExport(excerptId)));
  const apart = join(folder, 'excerpt');
  writeFiles(apart, excerpt);
  const check = (more: Partial<VerifyOptions> = {}) =>
    verify({
      file: join(apart, 'entries.jsonl'),
      checkpoints: join(apart, 'checkpoints.txt'),
      proofs: join(apart, 'proofs.jsonl'),
      ...more,
    });
  const [fine, said] = await check();
  assert.equal(fine, 0, said);
  assert.match(said, /1 lines read; entries proven to be in the signed log: 1\. An excerpt cannot show that none is missing/);
  assert.match(excerpt.get('manifest.json')?.toString('utf8') ?? '', /An excerpt cannot show that no entry is missing/);
  writeFileSync(join(apart, 'changed.jsonl'), excerpt.get('entries.jsonl')?.toString('utf8').replace('asset-7', 'asset-8') ?? '');
  assert.match((await check({ file: join(apart, 'changed.jsonl') }))[1], /Entry 7 at line 1 is not in the log that was signed/);
  await assert.rejects(
    inDatabase(log.database, () => exportJob.run({ filter: { action: 'nothing' } }, job)),
    { code: 'audit-logs.nothingMatches' },
  );
});
