import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { writeBaselineFile } from './baseline-file.ts';
import { runBaselineCommand, runBaselineDriftCommand } from './run-baseline.ts';
import { runChangesCommand, runGroupsCommand } from './run-changes.ts';
import { runRulesCommand, runSuggestCommand } from './run-rules.ts';

let folder = '';
const program = join(import.meta.dirname, '../../../apps/cli/main.ts');
/** A ramp from 0 to 20 in shuffled order, moved by `shift`, and words by turns. */
const rows = (shift: number) => Array.from({ length: 200 }, (_, i) => `${((i * 37) % 200) / 10 + shift},${i % 3 === 0 ? 'a' : 'b'}`);
const table = (...parts: readonly string[][]) => `x,place\n${parts.flat().join('\n')}\n`;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-command-'));
  writeFileSync(join(folder, 'good.csv'), table(rows(0)));
  writeFileSync(join(folder, 'moved.csv'), table(rows(9)));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** As a shell runs it. The other tests ask the functions behind it: a start of the program costs more than they do. */
function shell(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'data', ...args], { cwd: folder }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}
const at = (name: string): string => join(folder, name);
const json = { json: true } as const;

test('what is suggested from a good table is a rules file; a moved table breaks it; rules nobody can ask hide no other', async () => {
  const suggested = await runSuggestCommand(at('good.csv'), {});
  assert.deepEqual([suggested.code, /good\.csv: 200 rows/.test(suggested.said)], [0, true]);
  const { rules } = parse(suggested.out);
  assert.ok(rules.every(({ rule, evidence }: { rule: object; evidence: string }) => 'kind' in rule && evidence !== ''));
  const more = [
    { kind: 'notMissing', column: 'gone' },
    { kind: 'crossColumn', id: 'half', expression: 'x >' },
    { kind: 'set', id: 'places', column: 'place', values: ['a', 'b'] },
  ];
  writeFileSync(at('rules.yaml'), stringify({ rules: [...rules, ...more] }));
  const { code, out } = await runRulesCommand(at('moved.csv'), at('rules.yaml'), json);
  assert.equal(code, 1);
  const found: { verdict: string; kind: string; count: number | null }[] = JSON.parse(out).rules;
  // By hand: x starts 9 later, so the 90 numbers above 19.9 lie outside the range of the good table.
  assert.ok(found.some(({ kind, verdict, count }) => kind === 'range' && verdict === 'failed' && count === 90));
  assert.deepEqual(
    found.slice(-3).map(({ verdict }) => verdict),
    ['failed', 'unknown', 'passed'],
  );
});

test('from the shell: a rule that cannot be asked ends with 2 and the others are printed; wrong words end with 3', async () => {
  writeFileSync(
    at('unknown.json'),
    JSON.stringify({
      rules: [
        { kind: 'crossColumn', expression: 'x >' },
        { kind: 'rowCount', min: 200 },
      ],
    }),
  );
  const { code, out } = await shell('rules', 'good.csv', 'unknown.json');
  assert.deepEqual([code, /^0 broken, 1 unknown, 0 tolerated, 1 kept$/m.test(out)], [2, true], out);
  assert.equal((await shell('changes', 'good.csv', '--against', 'second')).code, 3);
});

test('a file that is no rules or no baseline is wrong usage and named; a table that is not there is unread', async () => {
  writeFileSync(at('wrong.yaml'), 'rules:\n  - kind: range\n    colum: x\n');
  const wrong = await runRulesCommand(at('good.csv'), at('wrong.yaml'), {});
  assert.deepEqual([wrong.code, /wrong\.yaml cannot be used: rules\.0/.test(wrong.said)], [3, true], wrong.said);
  writeFileSync(at('laughs.yaml'), `a: &a [x]\nrules: [*a, *a]\n`);
  assert.equal((await runRulesCommand(at('good.csv'), at('laughs.yaml'), {})).code, 3);
  const none = await runBaselineDriftCommand(at('good.csv'), at('good.csv'), {});
  assert.deepEqual([none.code, /no baseline/.test(none.said)], [3, true]);
  assert.equal((await runBaselineCommand(at('missing.csv'), { out: at('x.json') })).code, 2);
});

test('a baseline is kept for its owner alone, once, and later tables are compared with it without the first', async () => {
  const kept = at('kept.json.gz');
  assert.equal((await runBaselineCommand(at('good.csv'), { out: kept })).code, 0);
  assert.equal(statSync(kept).mode & 0o777, 0o600);
  const before = readFileSync(kept);
  assert.equal((await runBaselineCommand(at('moved.csv'), { out: kept })).code, 3);
  assert.throws(() => writeBaselineFile(kept, {}, false), { code: 'EEXIST' });
  assert.deepEqual(readFileSync(kept), before);
  const drifted = await runBaselineDriftCommand(kept, at('moved.csv'), {});
  assert.deepEqual([drifted.code, /^DRIFT {2}1 of 2/m.test(drifted.out)], [1, true], drifted.out);
});

test('changes: the window of one file, the part of several', async () => {
  writeFileSync(at('both.csv'), table(rows(0), rows(30)));
  const windows = await runChangesCommand([at('both.csv')], json);
  assert.equal(windows.code, 1);
  const [change] = JSON.parse(windows.out).changes;
  assert.ok(Math.abs(change.at - 200) <= 5, `row ${change.at}`);
  const parts = await runChangesCommand(['good.csv', 'moved.csv', 'moved.csv'].map(at), {});
  assert.equal(parts.code, 1);
  assert.match(parts.out, /^DRIFT {4}moved\.csv against good\.csv: 1 of 2 columns\n {4}x .*\nSTABLE {3}moved\.csv against moved\.csv/m);
});

test('groups: the one that drifted is named, the other is not', async () => {
  const grouped = (shift: number) =>
    `x,site\n${rows(0)
      .map((row, k) => `${Number(row.split(',')[0]) + (k % 2 === 0 ? 0 : shift)},${k % 2 === 0 ? 'north' : 'south'}`)
      .join('\n')}\n`;
  writeFileSync(at('then.csv'), grouped(0));
  writeFileSync(at('now.csv'), grouped(9));
  const { code, out } = await runGroupsCommand(at('now.csv'), { by: 'site', reference: at('then.csv') });
  assert.equal(code, 1);
  assert.match(out, /north {2}100 rows.*stable/);
  assert.match(out, /south {2}100 rows.*drift \(1 of 1 columns\)/);
});
