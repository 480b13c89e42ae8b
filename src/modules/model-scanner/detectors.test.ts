import assert from 'node:assert/strict';
import { test } from 'node:test';
import { severities, verdicts } from '../../contract/severity.ts';
import { detectors } from './detectors.generated.ts';
import { severityOrder, verdictOrder } from './engine/verdict.ts';

const reference = /^(CWE-\d{1,4}|CVE-\d{4}-\d{4,6}|GHSA(-[0-9a-z]{4}){3}|AML\.T\d{4}(\.\d{3})?|LLM\d{2}:20\d{2})$/;

for (const detector of detectors) {
  test(`${detector.id} flags each of its examples, with a place and evidence`, () => {
    assert.ok(detector.flags.length > 0);
    for (const [index, example] of detector.flags.entries()) {
      const found = detector.detect(example);
      assert.ok(found.length > 0, `example ${index} is not flagged`);
      for (const { where, why, evidence } of found) {
        assert.ok(where.containerPath.length > 0);
        assert.ok(why.length > 10 && evidence.length > 0);
      }
    }
  });

  test(`${detector.id} passes what it should pass`, () => {
    assert.ok(detector.passes.length > 0);
    for (const example of detector.passes) assert.deepEqual(detector.detect(example), []);
  });

  test(`${detector.id} is described well`, () => {
    assert.match(detector.id, /^[a-z][a-z0-9-]*$/);
    assert.ok(detector.title.length <= 300 && detector.remedy.length > 10);
    for (const id of detector.references) assert.match(id, reference);
    assert.ok(detector.axis !== 'effect' || detector.references.some((id) => id.startsWith('CWE-')));
  });
}

test('every detector has its own id', () => {
  assert.equal(new Set(detectors.map(({ id }) => id)).size, detectors.length);
});

test('the orders kept for worker threads are those of the contract', () => {
  assert.deepEqual(severityOrder, severities);
  assert.deepEqual(verdictOrder, verdicts);
});
