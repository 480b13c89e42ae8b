import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ProvenanceFact } from '../engine/artefact.ts';
import { verifyProvenance } from './verify-provenance.ts';

test('digests and sizes are compared with the files beside the statement', async (context) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'provenance-')));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'a.bin'), 'weights');
  const digest = createHash('md5').update('weights').digest('hex');
  const fact = (subject: Partial<ProvenanceFact['subjects'][number]>): ProvenanceFact => ({
    kind: 'dvc',
    subjects: [{ file: 'a.bin', algorithm: 'md5', digest, size: 7, ...subject }],
    signer: null,
    where: { containerPath: ['a.dvc'], offset: null, length: null },
  });
  const verify = (subject: Partial<ProvenanceFact['subjects'][number]>) => verifyProvenance(fact(subject), { folder, roots: [folder] });
  assert.deepEqual(await verify({}), { problems: [], held: 1 });
  assert.deepEqual(
    (await verify({ digest: '0'.repeat(32) })).problems.map(({ code }) => code),
    ['digest-mismatch'],
  );
  assert.deepEqual(
    (await verify({ size: 8 })).problems.map(({ code }) => code),
    ['digest-mismatch'],
  );
  assert.deepEqual(await verify({ file: 'gone.bin' }), { problems: [], held: 0 });
  assert.deepEqual(
    (await verify({ file: '../../../../../../etc/passwd' })).problems.map(({ code }) => code),
    ['outside-root'],
  );
  assert.deepEqual(await verify({ algorithm: 'crc32' }), { problems: [], held: 0 });
});
