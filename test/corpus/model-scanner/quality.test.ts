import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanSource } from '../../../src/modules/model-scanner/engine/scan.ts';
import { bytesSource } from '../../../src/modules/model-scanner/engine/source.ts';
import { withoutEffects } from '../../../src/modules/model-scanner/pickle/tables.ts';
import { labelledCorpus } from './labelled.ts';
import { measureNaming, measureQuality } from './quality.ts';
import { scanTables } from './read-artefact.ts';

const pickleFamilies = new Set([
  'pickle',
  'torch-zip',
  'zip',
  'tar',
  'tar in gzip',
  'gzip',
  'zlib',
  'zstd',
  'brotli',
  'npy',
  'wrong name',
  'zip in zip',
]);

test('the mixed corpus: at least 99 % of the hostile artefacts are found, and no harmless one is called malicious or suspicious', () => {
  const all = measureQuality().get('');
  assert.ok(all && all.hostile > 1000 && all.harmless > 300);
  assert.deepEqual(all.wronged, []);
  assert.ok(all.detected / all.hostile >= 0.99, `${all.detected} of ${all.hostile}: ${all.missed.slice(0, 5).join('; ')}`);
});

test('the empty-table proof: with every harm fact deleted, every hostile pickle in every wrapping is still at least suspicious', () => {
  const tables = { ...scanTables(), pickle: withoutEffects(scanTables().pickle) };
  const hostile = labelledCorpus().filter(({ harmful, family }) => harmful && pickleFamilies.has(family));
  assert.ok(hostile.length > 500);
  const missed = hostile.filter(
    ({ name, bytes }) => !['malicious', 'suspicious'].includes(scanSource(bytesSource(bytes), name, { tables }).verdict),
  );
  // Numbers that take a long time to read name nothing: no table could know them.
  assert.ok(missed.length <= hostile.length * 0.005, missed.map(({ family, name }) => `${family} ${name}`).join('; '));
});

test('a file without its name is taken for the same format in at least 98 % of the saved files', () => {
  const { files, same, different } = measureNaming();
  assert.ok(files > 50 && same / files >= 0.98, different.join('; '));
});
