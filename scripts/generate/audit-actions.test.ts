import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compiledActions } from './audit-actions.ts';

const endpoints = [
  { door: 'product', audit: 'risk.accept', reading: false, tag: 'risk', operation: 'accept', summary: 'Accept a risk' },
  { door: 'product', audit: false, reading: false, tag: 'risk', operation: 'list', summary: 'List risks' },
  { door: 'ai-scanner', audit: 'scan.run', reading: false, tag: 'scan', operation: 'run', summary: 'Scan' },
] as const;
const none = { spokenActions: {}, namedElsewhere: {} };
const source = (text: string) => new Map([['src/modules/risk/x.ts', text]]);

test('endpoints of the product door, also refused readings, and jobs are actions; those of compute doors are none', () => {
  const found = compiledActions(endpoints, none, source("export const job = defineJob({\n  kind: 'risk.recount',\n});"));
  assert.deepEqual(
    [...found],
    [
      ['risk.recount', 'Background work ended: risk, recount'],
      ['risk.accept', 'Accept a risk'],
      ['risk.list', 'Asked for: list risks'],
    ],
  );
});

test('what is said of an action stands before the summary of its endpoint', () => {
  const spoken = { spokenActions: { 'risk.accept': 'A risk was accepted' }, namedElsewhere: {} };
  assert.equal(compiledActions(endpoints, spoken, source('')).get('risk.accept'), 'A risk was accepted');
});

test('an action that is recorded and has no sentence is refused, and one with a sentence that nothing records', () => {
  const recording = source("await audit.record({\n  action: 'risk.forget',\n  outcome: 'done' });");
  assert.throws(() => compiledActions(endpoints, none, recording), /risk\.forget is recorded and has no sentence/);
  const spoken = { spokenActions: { 'risk.forget': 'A risk was forgotten' }, namedElsewhere: {} };
  assert.equal(compiledActions(endpoints, spoken, recording).get('risk.forget'), 'A risk was forgotten');
  assert.throws(() => compiledActions(endpoints, spoken, source('')), /Nothing records risk\.forget/);
});

test('a record whose action is a variable must say elsewhere what it can be', () => {
  const recording = source("audit.record({ action, outcome: 'done' });");
  assert.throws(() => compiledActions(endpoints, none, recording), /by a variable/);
  const named = { spokenActions: {}, namedElsewhere: { 'src/modules/risk/x.ts': ['risk.accept'] } };
  assert.equal(compiledActions(endpoints, named, recording).size, 2);
});

test('a reading that is recorded needs a sentence, under the name it is recorded by', () => {
  const reading = (action?: string) =>
    [{ ...endpoints[1], reading: action === undefined ? {} : { action } }] as const satisfies Parameters<typeof compiledActions>[0];
  assert.throws(() => compiledActions(reading(), none, source('')), /risk\.list is recorded and has no sentence/);
  const said = { spokenActions: { 'risk.list': 'Risks were read' }, namedElsewhere: {} };
  assert.equal(compiledActions(reading(), said, source('')).get('risk.list'), 'Risks were read');
  const other = { spokenActions: { 'risk.read-values': 'Values were read' }, namedElsewhere: {} };
  assert.equal(compiledActions(reading('risk.read-values'), other, source('')).get('risk.read-values'), 'Values were read');
});
