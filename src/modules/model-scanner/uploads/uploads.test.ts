import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Context } from '../../../contract/actor.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { checkedName, folderOfUpload } from '../quarantine.ts';
import { TestScanner } from '../test-scanner.ts';
import { declareFiles, dropUpload, knownUpload, receivePart, sweepUploads } from './uploads.ts';

const reply = { setCookie: () => {}, clearCookie: () => {} };
const withBody = (context: Context, text: string): RequestContext => ({
  ...context,
  cookies: new Map(),
  reply,
  body: Readable.from([Buffer.from(text)]),
});
const refused = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === `model-scanner.${code}`;

test('parts are written where the last one ended, the file is for this process alone, and the whole upload is ready', async (t) => {
  const scanner = await TestScanner.open(t);
  await scanner.within(async (context) => {
    const { id, state } = await declareFiles([{ name: 'model/a.pkl', size: 6 }], context);
    assert.equal(state, 'receiving');
    assert.equal((await receivePart({ id, file: 0, offset: 0 }, withBody(context, 'abc'))).received, 3);
    await assert.rejects(receivePart({ id, file: 0, offset: 0 }, withBody(context, 'abc')), refused('uploadPlace'));
    assert.equal((await receivePart({ id, file: 0, offset: 3 }, withBody(context, 'def'))).state, 'ready');
    const path = join(folderOfUpload({ workspaceId: context.actor.workspaceId, uploadId: id }), 'model/a.pkl');
    assert.equal(await readFile(path, 'utf8'), 'abcdef');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await assert.rejects(receivePart({ id, file: 0, offset: 6 }, withBody(context, 'g')), refused('uploadClosed'));
  });
});

test('bytes that a lost connection left behind the noted place are cut off before the next part', async (t) => {
  const scanner = await TestScanner.open(t);
  await scanner.within(async (context) => {
    const { id } = await declareFiles([{ name: 'a.bin', size: 4 }], context);
    await receivePart({ id, file: 0, offset: 0 }, withBody(context, 'ab'));
    const path = join(folderOfUpload({ workspaceId: context.actor.workspaceId, uploadId: id }), 'a.bin');
    await appendFile(path, 'unfinished');
    await receivePart({ id, file: 0, offset: 2 }, withBody(context, 'cd'));
    assert.equal(await readFile(path, 'utf8'), 'abcd');
  });
});

test('more bytes than declared, more than one upload may have, and more than the quota are refused', async (t) => {
  const scanner = await TestScanner.open(t, { MAX_MODEL_UPLOAD_BYTES: '1500', UPLOAD_QUOTA_BYTES: '2000' });
  await scanner.within(async (context) => {
    await assert.rejects(
      declareFiles(
        [
          { name: 'a', size: 1000 },
          { name: 'b', size: 501 },
        ],
        context,
      ),
      refused('uploadTooLarge'),
    );
    const { id } = await declareFiles([{ name: 'a', size: 1500 }], context);
    await assert.rejects(declareFiles([{ name: 'b', size: 501 }], context), refused('uploadQuota'), 'declared bytes are reserved at once');
    await declareFiles([{ name: 'b', size: 500 }], context);
    await assert.rejects(receivePart({ id, file: 0, offset: 0 }, withBody(context, 'x'.repeat(1501))), refused('uploadTooLong'));
    await dropUpload(id, context);
    await declareFiles([{ name: 'c', size: 1500 }], context);
  });
  await scanner.within((context) => declareFiles([{ name: 'a', size: 1500 }], context), scanner.other);
});

test('an upload of another workspace is not found', async (t) => {
  const scanner = await TestScanner.open(t);
  const { id } = await scanner.within((context) => declareFiles([{ name: 'a', size: 1 }], context));
  await assert.rejects(
    scanner.within((context) => knownUpload(id, context), scanner.other),
    refused('uploadNotFound'),
  );
  await assert.rejects(
    scanner.within((context) => receivePart({ id, file: 0, offset: 0 }, withBody(context, 'x')), scanner.other),
    refused('uploadNotFound'),
  );
});

test('names that would leave the folder, hide or collide are refused; folders are kept', () => {
  assert.equal(checkedName('repo/weights/model.bin'), 'repo/weights/model.bin');
  assert.equal(checkedName('repo\\model.bin'), 'repo/model.bin');
  for (const name of [
    '',
    '/etc/passwd',
    '../a',
    'a/../b',
    './a',
    'a//b',
    'a/',
    'a\0b',
    'a\nb',
    'C:/a',
    'a'.repeat(201),
    `${'a/'.repeat(16)}b`,
  ])
    assert.throws(() => checkedName(name), refused('uploadName'), JSON.stringify(name));
});

test('two names that some file systems take for one are refused', async (t) => {
  const scanner = await TestScanner.open(t);
  for (const names of [
    ['a', 'A'],
    ['a', 'a/b'],
    ['\u00e9', 'e\u0301'],
  ])
    await assert.rejects(
      scanner.within((context) =>
        declareFiles(
          names.map((name) => ({ name, size: 1 })),
          context,
        ),
      ),
      refused('uploadName'),
      names.join(' '),
    );
});

test('after a crash the sweeper removes what nobody went on with and folders that no row knows, and nothing else', async (t) => {
  const scanner = await TestScanner.open(t);
  await scanner.within(async (context) => {
    const { workspaceId } = context.actor;
    const old = await declareFiles([{ name: 'a', size: 1 }], context);
    const fresh = await declareFiles([{ name: 'b', size: 1 }], context);
    await scanner.base.owner.query("update model_scanner.upload set touched_at = now() - interval '25 hours' where id = $1", [old.id]);
    const orphan = { workspaceId, uploadId: '0190a000-0000-7000-8000-000000000001' };
    await mkdir(folderOfUpload(orphan), { recursive: true });
    const before = new Date(Date.now() - 2 * 3_600_000);
    await utimes(folderOfUpload(orphan), before, before);
    await utimes(folderOfUpload({ workspaceId, uploadId: fresh.id }), before, before);

    assert.deepEqual(await sweepUploads(context), { ended: 1, folders: 1 });
    assert.equal((await knownUpload(old.id, context)).state, 'removed');
    assert.equal((await knownUpload(fresh.id, context)).state, 'receiving');
    for (const place of [orphan, { workspaceId, uploadId: old.id }]) await assert.rejects(stat(folderOfUpload(place)), { code: 'ENOENT' });
    assert.ok((await stat(folderOfUpload({ workspaceId, uploadId: fresh.id }))).isDirectory());
  });
});
