import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectors } from '../detectors.generated.ts';
import { rulesVersion } from '../rules-version.generated.ts';
import { compiledTables, decodeTables, encodeTables } from './compiled-tables.ts';
import { loadScanTables, rulesVersionOf } from './load-tables.ts';

test('the compiled catalog says the same as the YAML it was written from', async () => {
  const { tables, digest } = loadScanTables();
  assert.deepEqual(await compiledTables(), tables, 'run "npm run generate"');
  assert.equal(rulesVersion, rulesVersionOf(detectors, digest), 'run "npm run generate"');
});

test('Maps, Sets, patterns and odd text come back as they were', () => {
  const value = {
    map: new Map<string, unknown>([
      ['__proto__', { a: 1 }],
      [`\`\${x}\``, [null, true, new Set(['b'])]],
    ]),
    pattern: /a`\\\d"/giu,
    list: [[], {}, 'é\u2028"'],
  };
  assert.deepEqual(decodeTables(encodeTables(value)), value);
});
