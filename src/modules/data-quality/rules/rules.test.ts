import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Frame } from '../frame.ts';
import type { Rule } from '../rule.ts';
import { csv, type Given, withReader } from '../test-frames.ts';
import { judgeRules } from './judge.ts';
import type { RuleExample, RuleRoom } from './kind.ts';
import { ruleKinds } from './kinds.ts';
import { failingPage, masked } from './rows-page.ts';

type Tables = Pick<RuleExample<Rule>, 'table' | 'sources'>;
type Read = (given: Given) => Promise<Frame>;

/** The same table is read once: examples share them. */
function remembering(read: Read): Read {
  const known = new Map<unknown, Promise<Frame>>();
  return (given) => {
    const frame = known.get(given.content) ?? read(given);
    known.set(given.content, frame);
    return frame;
  };
}

async function roomOf(read: Read, { table, sources = {} }: Tables): Promise<RuleRoom> {
  const frame = await read(csv(table, { header: true }));
  const others = new Map<string, Frame>();
  for (const [name, content] of Object.entries(sources)) others.set(name, await read(csv(content, { header: true })));
  return { frame, sources: others };
}
const inRoom = <T>(tables: Tables, work: (room: RuleRoom) => Promise<T>): Promise<T> =>
  withReader(async (read) => work(await roomOf(read, tables)));

test('every kind finds what it must and lets pass what it may', async () => {
  await withReader(async (reader) => {
    const read = remembering(reader);
    for (const kind of Object.values(ruleKinds)) {
      assert.ok(kind.flags.length > 0 && kind.passes.length > 0, kind.kind);
      for (const example of kind.flags) {
        const [found] = await judgeRules([example.rule], await roomOf(read, example));
        assert.equal(found?.verdict, 'failed', `${kind.kind}: ${JSON.stringify(example.rule)}`);
        assert.deepEqual(found?.rows, example.rows ?? [], JSON.stringify(example.rule));
        assert.equal(found?.count ?? 0, example.rows?.length ?? 0);
      }
      for (const example of kind.passes) {
        const [found] = await judgeRules([example.rule], await roomOf(read, example));
        assert.match(String(found?.verdict), /^(passed|tolerated)$/, `${kind.kind}: ${JSON.stringify(found)}`);
      }
    }
  });
});

test('every file of a kind is in the list', () => {
  const others = new Set(['judge.ts', 'kind.ts', 'kinds.ts', 'rows-page.ts', 'rules.test.ts']);
  const files = readdirSync(import.meta.dirname).filter((name) => !others.has(name));
  const kebab = (name: string) => `${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
  // `dependency` is the earlier name of functionalDependency, in its file.
  const listed = Object.keys(ruleKinds).filter((name) => name !== 'dependency');
  assert.deepEqual(files.toSorted(), listed.map(kebab).toSorted());
});

const table = { table: 'a,b\n1,x\n-2,x\n-3,y\n,y\n' };

test('tolerance is a count or a share of the rows looked at, and what is tolerated stays counted', async () => {
  await inRoom(table, async (room) => {
    const rule = { kind: 'range', column: 'a', min: 0 } as const;
    const tolerances = [undefined, { count: 1 }, { count: 2 }, { share: 0.6 }, { share: 0.67 }];
    const found = await judgeRules(
      tolerances.map((tolerance) => ({ ...rule, tolerance })),
      room,
    );
    assert.deepEqual(
      found.map(({ verdict }) => verdict),
      ['failed', 'failed', 'tolerated', 'failed', 'tolerated'],
    );
    assert.deepEqual([found[4]?.count, found[4]?.of], [2, 3]);
  });
});

test('a scope that leaves no row makes a rule unknown', async () => {
  await inRoom(table, async (room) => {
    const [found] = await judgeRules(
      [{ kind: 'range', column: 'a', min: 0, scope: "b = 'z'", id: 'r1', owner: 'ann', severity: 'high' }],
      room,
    );
    assert.deepEqual(
      [found?.verdict, found?.reason, found?.id, found?.owner, found?.severity],
      ['unknown', 'there is no row to look at', 'r1', 'ann', 'high'],
    );
  });
});

test('a scope with a mistake is refused with its place, a source that is not there by its name', async () => {
  await inRoom(table, async (room) => {
    await assert.rejects(judgeRules([{ kind: 'range', column: 'a', scope: 'c > 1' }], room), /character 1: there is no column "c"/);
    const missing: Rule = { kind: 'foreignKey', columns: ['a'], source: 'nowhere', referenced: ['a'] };
    await assert.rejects(judgeRules([missing], room), { code: 'data-quality.badRule', status: 422 });
  });
});

test('failing rows come page by page, masked unless they may be read', async () => {
  const lines = Array.from({ length: 250 }, (_, i) => `Key-${i},${i % 2 === 0 ? -i - 1 : i}`);
  await inRoom({ table: `name,a\n${lines.join('\n')}\n` }, async (room) => {
    const rules: Rule[] = [
      { kind: 'crossColumn', expression: 'a >= 0 or name is missing' },
      { kind: 'rowCount', min: 1 },
    ];
    const page = await failingPage(rules, room, { rule: 0, offset: 100, limit: 3, reveal: false });
    assert.deepEqual([page.total, page.masked, page.columns], [125, true, ['a', 'name']]);
    assert.deepEqual(page.rows, [
      { row: 200, cells: ['-999', 'Aaa-999'] },
      { row: 202, cells: ['-999', 'Aaa-999'] },
      { row: 204, cells: ['-999', 'Aaa-999'] },
    ]);
    const revealed = await failingPage(rules, room, { rule: 0, offset: 124, limit: 10, reveal: true });
    assert.deepEqual(revealed.rows, [{ row: 248, cells: ['-249', 'Key-248'] }]);
    await assert.rejects(failingPage(rules, room, { rule: 1, offset: 0, limit: 1, reveal: false }), /about the table as a whole/);
    await assert.rejects(failingPage(rules, room, { rule: 7, offset: 0, limit: 1, reveal: false }), { code: 'data-quality.badRule' });
  });
});

test('a masked cell keeps its shape and nothing else', () => {
  assert.equal(masked('Ünal@Example.org 42'), 'Aaaa@Aaaaaaa.aaa 99');
  assert.equal(masked('x'.repeat(60)), `${'a'.repeat(40)}…`);
});
