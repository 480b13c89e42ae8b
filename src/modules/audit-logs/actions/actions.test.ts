import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditActions } from './actions.generated.ts';
import { namedElsewhere, spokenActions } from './spoken-actions.ts';

test('every action of the list is named once and has a sentence', () => {
  assert.equal(new Set(auditActions.map(([action]) => action)).size, auditActions.length);
  for (const [action, sentence] of auditActions) {
    assert.match(action, /^[a-z0-9-]+(\.[a-z0-9_-]+)+$/);
    assert.match(sentence, /^\S.{4,}/, action);
  }
});

test('what no endpoint and no job brings, and what is named by a variable, is in the list as well', () => {
  const listed = new Set<string>(auditActions.map(([action]) => action));
  assert.deepEqual(
    [...Object.keys(spokenActions), ...Object.values(namedElsewhere).flat()].filter((action) => !listed.has(action)),
    [],
  );
});
