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

/** Words of the past that sentences of the list are built on. */
const past =
  /\b(was|were|had|did|began|became|ended|started|stopped|left|went|took|said|signed|registered|proved|reported|changed|moved|kept|put|could|waited)\b/;
test('each says what happened, in the past and with what it happened to; of a refused reading it says what was asked for', () => {
  const odd = auditActions.filter(
    ([, sentence]) =>
      !/^[A-Z][^\n]{8,159}[^.\s]$/.test(sentence) || !(past.test(sentence) || /^(Asked for: |Background work)/.test(sentence)),
  );
  assert.deepEqual(odd, []);
});

test('what no endpoint and no job brings, and what is named by a variable, is in the list as well', () => {
  const listed = new Set<string>(auditActions.map(([action]) => action));
  assert.deepEqual(
    [...Object.keys(spokenActions), ...Object.values(namedElsewhere).flat()].filter((action) => !listed.has(action)),
    [],
  );
});
