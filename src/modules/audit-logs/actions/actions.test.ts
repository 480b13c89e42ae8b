import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditActions } from './actions.generated.ts';
import { spokenActions } from './spoken-actions.ts';

test('every action of the list is named once and has a sentence', () => {
  assert.equal(new Set(auditActions.map(([action]) => action)).size, auditActions.length);
  for (const [action, sentence] of auditActions) {
    assert.match(action, /^[a-z0-9-]+(\.[a-z0-9_-]+)+$/);
    assert.match(sentence, /^\S.{4,}/, action);
  }
});

test('what no endpoint and no job brings is in the list with its own sentence', () => {
  const listed = new Map(auditActions.map(([action, sentence]) => [action as string, sentence as string]));
  for (const [action, sentence] of Object.entries(spokenActions)) assert.equal(listed.get(action), sentence, action);
});
