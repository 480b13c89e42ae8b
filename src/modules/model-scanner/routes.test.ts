import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import type { PgBoss } from 'pg-boss';
import { call, forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import { installQueue } from '../../platform/jobs/jobs.ts';
import { cancelScan, listScanFiles, uploadLabel } from './contract.ts';
import { folderOfUpload } from './quarantine.ts';
import { routes } from './routes.ts';
import { beginScan, insertScan } from './store.ts';
import { file, TestScanner } from './test-scanner.ts';
import { declareFiles } from './uploads/uploads.ts';

async function servedScanner(t: { after(release: () => void | Promise<void>): void }): Promise<TestScanner> {
  const scanner = await TestScanner.open(t);
  serveLocally(routes);
  // Only `send` is asked by `enqueue`.
  installQueue({ send: async () => '' } as unknown as PgBoss);
  t.after(() => {
    installQueue(undefined);
    forgetLocalRoutes();
  });
  return scanner;
}

test('stopping a waiting scan removes its upload at once; a running one lets go of it first', async (t) => {
  const scanner = await servedScanner(t);
  for (const isRunning of [false, true]) {
    await scanner.within(async (context) => {
      const { id } = await declareFiles([{ name: 'a.pkl', size: 0 }], context);
      const place = { workspaceId: context.actor.workspaceId, uploadId: id };
      const draft = { path: 'upload:a.pkl', source: { upload: id }, profile: 'standard', assetId: null, trigger: 'person' } as const;
      const scanId = await scanner.run(async () => insertScan({ ...draft, requestedBy: 'test' }));
      await scanner.base.owner.query('update model_scanner.scan set job_id = uuidv7() where id = $1', [scanId]);
      if (isRunning) await scanner.run(() => beginScan(scanId));
      assert.equal((await call(cancelScan, { id: scanId })).state, 'cancelled');
      const folder = stat(folderOfUpload(place));
      if (isRunning) assert.ok((await folder).isDirectory());
      else await assert.rejects(folder, { code: 'ENOENT' });
    });
  }
});

test('the first page says the worst verdict below each folder, whatever page its files are on; the next pages do not repeat it', async (t) => {
  const scanner = await servedScanner(t);
  const files = [
    file('a/one.pkl'),
    file('a/two.pkl', { verdict: 'risky' }),
    file('z/deep/bad.pkl', { verdict: 'malicious', format: 'torch-zip' }),
    file('z/note.txt', { verdict: null, format: 'text', role: null }),
    file('z/odd.bin', { verdict: 'unsupported', format: 'unknown' }),
  ];
  const id = await scanner.scan({ files });
  await scanner.within(async () => {
    const first = await call(listScanFiles, { id, limit: 2 });
    assert.deepEqual(
      first.outline?.folders.map(({ path, verdict, files: count }) => [path, verdict, count]),
      [
        ['a', 'risky', 2],
        ['z', 'malicious', 2],
        ['z/deep', 'malicious', 1],
      ],
    );
    assert.deepEqual(first.outline?.formats[0], { format: 'pickle', files: 2 });
    assert.equal((await call(listScanFiles, { id, limit: 2, cursor: first.nextCursor ?? '' })).outline, null);
    const short = await call(listScanFiles, { id, limit: 50 });
    assert.deepEqual(short.outline?.folders, [], 'one page that holds all says it itself');
    const filtered = await call(listScanFiles, { id, limit: 1, format: 'pickle' });
    assert.deepEqual(
      filtered.outline?.folders.map(({ path }) => path),
      ['a'],
    );
  });
});

test('an upload is called like its only file, its folder, or its first file and how many more', () => {
  assert.equal(uploadLabel(['models/churn.pkl']), 'churn.pkl');
  assert.equal(uploadLabel(['llama/a.bin', 'llama/b.bin']), 'llama');
  assert.equal(uploadLabel(['a.bin', 'b.bin', 'c.bin']), 'a.bin and 2 more');
});
