import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNotes } from './note-file.ts';
import { type TestKey, testKey, testLines, testNotes, testOrigin } from './test-export.ts';
import { type ExportVerdict, verifyExport } from './verify-export.ts';

const key = testKey();
const lines = testLines(250);
const notes = testNotes(lines, [100, 200, 250], key);

type Given = { lines?: readonly Buffer[]; notes?: string; keys?: readonly TestKey[]; from?: number };
async function verdictOf(given: Given = {}): Promise<ExportVerdict> {
  async function* each(): AsyncGenerator<Buffer> {
    yield* given.lines ?? lines;
  }
  const { notes: read, broken } = readNotes(given.notes ?? notes);
  return verifyExport({ lines: each(), notes: read, brokenNotes: broken, keys: given.keys ?? [key], from: given.from ?? 0 });
}
const kindsOf = ({ defects }: ExportVerdict): string[] => [...new Set(defects.map(({ kind }) => kind))];
const replaced = (at: number, text: (line: string) => string): Buffer[] =>
  lines.map((line, index) => (index === at ? Buffer.from(text(line.toString('utf8'))) : line));

test('an untouched export is verified to its newest checkpoint', async () => {
  const verdict = await verdictOf();
  assert.deepEqual([verdict.exitCode, verdict.lines, verdict.provenTo, verdict.checkpoints, verdict.defectCount], [0, 250, 250, 3, 0]);
  assert.equal(verdict.newest?.origin, testOrigin);
});

test('entries beyond the newest checkpoint are consistent, and not proven', async () => {
  const verdict = await verdictOf({ notes: testNotes(lines, [100], key) });
  assert.deepEqual([verdict.exitCode, verdict.provenTo], [0, 100]);
});

test('without a checkpoint there is nothing to compare with', async () => {
  assert.equal((await verdictOf({ notes: '' })).exitCode, 3);
  assert.equal((await verdictOf({ notes: '', lines: [] })).exitCode, 3);
});

test('content: one changed letter is named with its line, and the range before stays proven', async () => {
  const verdict = await verdictOf({ lines: replaced(149, (line) => line.replace('somebody', 'somebodz')) });
  assert.equal(verdict.exitCode, 1);
  assert.equal(verdict.provenTo, 100);
  assert.ok(verdict.defects.some(({ line, kind }) => kind === 'chain' && line === 151));
  assert.ok(verdict.defects.some(({ kind, sentence }) => kind === 'root' && sentence.includes('Entries 100 to 199')));
});

test('content: a change that recomputes every later hash is seen by the signed roots', async () => {
  const rewritten = testLines(250, (index) => (index === 149 ? 'somebody else' : 'somebody'));
  const verdict = await verdictOf({ lines: rewritten });
  assert.deepEqual([verdict.exitCode, verdict.provenTo, kindsOf(verdict)], [1, 100, ['root']]);
});

test('form: a second key, another order, a foreign byte, a broken line and an unknown version are no entries', async () => {
  const forms: ((line: string) => string)[] = [
    (line) => line.replace('{"action"', '{"action":"x","action"'),
    (line) => line.replace(/^\{("action":"[^"]*"),("actor":\{[^}]*\})/, '{$2,$1'),
    (line) => `${line} `,
    (line) => line.slice(0, 80),
    (line) => line.replace('"v":1', '"v":2'),
    (line) => line.replace('"v":1', '"v":1.0'),
  ];
  for (const form of forms) {
    const verdict = await verdictOf({ lines: replaced(50, form) });
    assert.ok(
      verdict.defects.some(({ kind, line }) => kind === 'form' && line === 51),
      form(lines[50]?.toString('utf8') ?? ''),
    );
    assert.equal(verdict.provenTo, 0);
  }
  const invalid = Buffer.from(lines[50] ?? '');
  invalid[20] = 0xff;
  const verdict = await verdictOf({ lines: lines.map((line, index) => (index === 50 ? invalid : line)) });
  assert.ok(kindsOf(verdict).includes('form'));
});

test('structure: a deleted, copied, swapped and inserted line', async () => {
  const deleted = await verdictOf({ lines: lines.filter((_, index) => index !== 120) });
  assert.deepEqual([deleted.exitCode, deleted.provenTo], [1, 100]);
  assert.ok(deleted.defects.some(({ line, kind, sentence }) => kind === 'gap' && line === 121 && sentence.includes('should be entry 120')));
  const copied = await verdictOf({ lines: lines.flatMap((line, index) => (index === 120 ? [line, line] : [line])) });
  assert.ok(copied.defects.some(({ line, kind }) => kind === 'gap' && line === 122));
  const swapped = lines.slice();
  [swapped[30], swapped[31]] = [swapped[31] ?? Buffer.alloc(0), swapped[30] ?? Buffer.alloc(0)];
  const verdict = await verdictOf({ lines: swapped });
  assert.deepEqual([verdict.exitCode, verdict.provenTo], [1, 0]);
  assert.ok(kindsOf(verdict).includes('gap') && kindsOf(verdict).includes('time'));
});

test('tail: newest entries cut, nearly everything cut, everything emptied', async () => {
  for (const [left, proven] of [
    [249, 200],
    [10, 0],
    [0, 0],
  ] as const) {
    const verdict = await verdictOf({ lines: lines.slice(0, left) });
    assert.equal(verdict.exitCode, 1);
    assert.deepEqual(kindsOf(verdict), ['tail']);
    assert.equal(verdict.defects[0]?.line, left + 1);
    assert.equal(verdict.provenTo, proven);
  }
});

test('keys: another key, a removed signature, a signature of another note, an unknown name', async () => {
  const other = testKey();
  assert.deepEqual(kindsOf(await verdictOf({ keys: [other] })), ['signature']);
  const [first = '', second = ''] = notes.split('\n\n\n').map((part) => part);
  const unsigned = notes.replace(/\n\n— .*\n/, '\n\n');
  assert.ok(kindsOf(await verdictOf({ notes: unsigned })).includes('form'));
  const line = (note: string): string => /— .*/.exec(note)?.[0] ?? '';
  const swapped = notes.replace(line(first), line(second === '' ? notes.slice(notes.indexOf('— ') + 5) : second));
  assert.ok(kindsOf(await verdictOf({ notes: swapped })).includes('signature'));
});

test('split view: two signed logs of one size, and a checkpoint of another log', async () => {
  const rewritten = testLines(250, () => 'somebody else');
  const fork = await verdictOf({ notes: notes + testNotes(rewritten, [250], key) });
  assert.ok(fork.defects.some(({ kind, sentence }) => kind === 'fork' && sentence.includes('250 entries')));
  const foreign = await verdictOf({ notes: notes + testNotes(lines, [50], key, 'aispm/other/log') });
  assert.deepEqual([foreign.exitCode, kindsOf(foreign)], [1, ['fork']]);
});

test('a part of a log is checked as a chain alone', async () => {
  const verdict = await verdictOf({ lines: lines.slice(100), notes: '', from: 100 });
  assert.deepEqual([verdict.exitCode, verdict.defectCount, verdict.provenTo], [3, 0, 0]);
  const broken = await verdictOf({ lines: lines.slice(100), notes: '', from: 99 });
  assert.equal(broken.exitCode, 1);
});
