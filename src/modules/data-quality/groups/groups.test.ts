import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import { csv, withReader } from '../test-frames.ts';
import { groupSignals } from './group-signals.ts';
import { checkGroups, type GroupOptions } from './groups.ts';
import { judgeTogether } from './judge-together.ts';

const asked: GroupOptions = {
  column: 'site',
  mostGroups: 50,
  rules: [],
  key: undefined,
  freshness: undefined,
  sensitivity: 'medium',
  seed: 1,
};

type Planted = { readonly shift?: number; readonly missing?: number; readonly below?: number };
/** Ten sites of 100 rows: x uniform in 0 to 1, y two words; in site s7 what is planted. */
function table(seed: number, { shift = 0, missing = 0, below = 0 }: Planted = {}): string {
  const random = randomSource(seed);
  const lines = Array.from({ length: 1000 }, (_, k) => {
    const isOdd = k % 10 === 7;
    const x = random.next() + (isOdd ? shift : 0);
    const isMissing = isOdd && random.next() < missing;
    const isBelow = isOdd && random.next() < below;
    return `s${k % 10},${isMissing ? '' : isBelow ? -x : x},${random.next() < 0.3 ? 'a' : 'b'}`;
  });
  return `site,x,y\n${lines.join('\n')}\n`;
}

test('the group that drifted, the one with missing cells and broken rules are named alone; the whole table hides them', async () => {
  await withReader(async (read) => {
    const then = await read(csv(table(1)));
    const rules = [
      { kind: 'range' as const, id: 'x from 0', column: 'x', min: 0 },
      { kind: 'rowCount' as const, min: 500 },
    ];
    const now = await read(csv(table(2, { shift: 0.5, missing: 0.2, below: 0.3 })));
    const answer = await checkGroups(now, { ...asked, rules }, then);
    assert.deepEqual([answer.groupsInAll, answer.groups.length, answer.rulesLeftOut, answer.driftUnknown], [10, 10, 1, null]);
    assert.deepEqual(
      answer.groups.filter(({ drift }) => drift?.verdict !== 'stable').map(({ value, drift }) => [value, drift?.columns[0]?.name]),
      [['s7', 'x']],
    );
    assert.deepEqual(
      answer.groups
        .filter(({ signals }) => signals.length > 0)
        .map(({ value, signals }) => [value, signals.map(({ about, name }) => `${about} ${name}`)]),
      [['s7', ['rule x from 0', 'missing x']]],
    );
    const odd = answer.groups.find(({ value }) => value === 's7');
    assert.deepEqual([odd?.rows, odd?.drift?.referenceRows, odd?.brokenRules], [100, 100, 1]);
    // By hand from the text itself: two of three cells of each row are always there.
    const empty = table(2, { shift: 0.5, missing: 0.2, below: 0.3 }).match(/s7,,/g)?.length ?? 0;
    assert.equal(odd?.metrics.completeness, 1 - empty / 300);
  });
});

test('without a difference nothing is flagged, though single tests at 5 % would; groups that came and went are named', async () => {
  await withReader(async (read) => {
    const then = await read(csv(table(3)));
    const now = await read(csv(table(4).replaceAll('s9,', 's10,')));
    const answer = await checkGroups(now, { ...asked, sensitivity: 'high' }, then);
    const flagged = answer.groups.filter(({ signals, drift }) => signals.length > 0 || drift?.verdict === 'drift');
    assert.deepEqual([flagged, answer.newGroups, answer.vanishedGroups], [[], ['s10'], ['s9']]);
    assert.equal(answer.groups.find(({ value }) => value === 's10')?.drift, null, 'there is nothing to compare it with');
    const largest = await checkGroups(now, { ...asked, mostGroups: 3 }, null);
    assert.deepEqual([largest.groups.length, largest.rowsLeftOut, largest.driftUnknown], [3, 700, 'there is no table to compare with']);
    assert.deepEqual(largest.limits, { mostGroups: 3, fewestRows: 30 });
  });
});

test('a column of ids, and one that is not there, are no groups; rows without a group are counted', async () => {
  await withReader(async (read) => {
    const ids = await read(csv(`id,v\n${Array.from({ length: 10_001 }, (_, k) => `n${k},1`).join('\n')}\n`));
    await assert.rejects(checkGroups(ids, { ...asked, column: 'id' }, null), { code: 'data-quality.noColumns' });
    await assert.rejects(checkGroups(ids, asked, null), { code: 'data-quality.noSuchColumn' });
    const small = await read(csv('site,v\na,1\na,2\n,3\n'));
    const answer = await checkGroups(small, asked, null);
    assert.deepEqual([answer.missingRows, answer.groups.map(({ value, rows }) => [value, rows])], [1, [['a', 2]]]);
  });
});

test('signals: one bad group makes the others better than their rest, which flags none of them', () => {
  const groups = Array.from({ length: 8 }, (_, k) => ({ count: k === 3 ? 200 : 0, of: 500 }));
  const { signals } = groupSignals([{ about: 'missing', name: 'x', groups, whole: { count: 200, of: 4000 } }], 8, 'medium');
  assert.deepEqual(
    signals.map((own) => own.map(({ share, rest }) => [share, rest])),
    groups.map((_, k) => (k === 3 ? [[0.4, 0]] : [])),
  );
});

test('signals: of 4,000 tests of groups that are all alike at most 5 % are flagged, and a group of 29 rows enters none', () => {
  const random = randomSource(5);
  const draw = (of: number): number => Array.from({ length: of }, () => Number(random.next() < 0.2)).reduce((sum, one) => sum + one, 0);
  const subjects = Array.from({ length: 40 }, (_, k) => {
    const groups = Array.from({ length: 100 }, () => ({ count: draw(60), of: 60 }));
    const whole = { count: groups.reduce((sum, { count }) => sum + count, 0), of: 6000 };
    return { about: 'missing' as const, name: `c${k}`, groups, whole };
  });
  const { signals, tests } = groupSignals(subjects, 100, 'high');
  assert.equal(tests, 4000);
  // Of tests that are all null, Benjamini–Hochberg at 5 % flags any at all in one family of twenty.
  assert.equal(signals.flat().length, 0);
  const tiny = { about: 'rule' as const, name: 'r', groups: [{ count: 29, of: 29 }], whole: { count: 29, of: 1000 } };
  assert.deepEqual(groupSignals([tiny], 1, 'high'), { signals: [[]], tests: 0 });
});

test('the same change is drift when it is compared alone, and none among a thousand comparisons that did not change', () => {
  const measured = (p: number) => ({
    name: 'x',
    change: null,
    reason: null,
    missing: { reference: 0, current: 0, referenceRows: 1000, currentRows: 1000 },
    statistics: null,
    range: { share: 0.05, p },
    constancy: null,
  });
  const alone = judgeTogether([{ name: 'a', measured: [measured(0.004)] }], 'medium');
  assert.equal(alone[0]?.verdict, 'drift');
  const many = Array.from({ length: 1000 }, (_, k) => ({ name: `${k}`, measured: [measured(k === 0 ? 0.004 : 1)] }));
  assert.ok(judgeTogether(many, 'medium').every(({ verdict }) => verdict !== 'drift'));
});
