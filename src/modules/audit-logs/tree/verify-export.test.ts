import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNotes } from './note-file.ts';
import { testKey, testLines, testNotes, testOrigin, testTiles } from './test-export.ts';
import type { TileSource } from './tile-files.ts';
import { type ExportKey, type ExportVerdict, verifyExport } from './verify-export.ts';

const key = testKey();
const lines = testLines(250);
const notes = testNotes(lines, [100, 200, 250], key);

type Given = { lines?: readonly Buffer[]; notes?: string; keys?: readonly ExportKey[]; from?: number; tiles?: TileSource };
async function verdictOf(given: Given = {}): Promise<ExportVerdict> {
  async function* each(): AsyncGenerator<Buffer> {
    yield* given.lines ?? lines;
  }
  const { notes: read, broken } = readNotes(given.notes ?? notes);
  const { keys = [key], from = 0, tiles } = given;
  return verifyExport({ lines: each(), notes: read, brokenNotes: broken, keys, from, ...(tiles ? { tiles } : {}) });
}
const kindsOf = ({ defects }: ExportVerdict): string[] => [...new Set(defects.map(({ kind }) => kind))];
const replaced = (at: number, text: (line: string) => string): Buffer[] =>
  lines.map((line, index) => (index === at ? Buffer.from(text(line.toString('utf8'))) : line));

test('an untouched export is verified to its newest checkpoint', async () => {
  const verdict = await verdictOf();
  assert.deepEqual([verdict.exitCode, verdict.lines, verdict.provenTo, verdict.checkpoints, verdict.defectCount], [0, 250, 250, 3, 0]);
  assert.equal(verdict.newest?.origin, testOrigin);
  assert.ok(Math.abs(Date.parse(verdict.newest?.signedAt ?? '') - Date.now()) < 600_000, 'signed when this file was read');
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
  const unsigned = notes.replace(/\n\n(?:— .*\n)+/, '\n\n');
  assert.ok(kindsOf(await verdictOf({ notes: unsigned })).includes('form'));
  const onlyTimed = notes.replace(/\n\n— .*\n/, '\n\n');
  assert.ok(kindsOf(await verdictOf({ notes: onlyTimed })).includes('signature'), 'a time alone signs no log');
  const line = (note: string): string => /— .*/.exec(note)?.[0] ?? '';
  const swapped = notes.replace(line(first), line(second === '' ? notes.slice(notes.indexOf('— ') + 5) : second));
  assert.ok(kindsOf(await verdictOf({ notes: swapped })).includes('signature'));
  // The time of the last note, moved by one bit of its eight bytes.
  const moved = notes.replace(/ ([^ \n]+)\n\n$/, (_, text: string) => {
    const bytes = Buffer.from(text, 'base64');
    bytes[11] = (bytes[11] ?? 0) ^ 1;
    return ` ${bytes.toString('base64')}\n\n`;
  });
  const later = await verdictOf({ notes: moved });
  assert.deepEqual([later.exitCode, kindsOf(later), later.newest?.signedAt], [1, ['signature'], null]);
});

test('split view: two signed logs of one size, and a checkpoint of another log', async () => {
  const rewritten = testLines(250, () => 'somebody else');
  const fork = await verdictOf({ notes: notes + testNotes(rewritten, [250], key) });
  assert.ok(fork.defects.some(({ kind, sentence }) => kind === 'fork' && sentence.includes('250 entries')));
  const foreign = await verdictOf({ notes: notes + testNotes(lines, [50], key, 'aispm/other/log') });
  assert.deepEqual([foreign.exitCode, kindsOf(foreign)], [1, ['fork']]);
});

test('after a rollback notes of the next epoch are of the same log; what was lost is still missed', async () => {
  const epoch = `${testOrigin}/epoch-1`;
  const before = testNotes(lines, [100], key);
  assert.equal((await verdictOf({ notes: before + testNotes(lines, [250], key, epoch) })).exitCode, 0);
  const lost = testNotes(
    testLines(250, (index) => (index < 100 ? 'somebody' : 'lost')),
    [200],
    key,
  );
  const verdict = await verdictOf({ notes: before + lost + testNotes(lines, [250], key, epoch) });
  assert.deepEqual([verdict.exitCode, kindsOf(verdict), verdict.provenTo], [1, ['root'], 100]);
});

test('a part of a log is checked as a chain alone', async () => {
  const verdict = await verdictOf({ lines: lines.slice(100), notes: '', from: 100 });
  assert.deepEqual([verdict.exitCode, verdict.defectCount, verdict.provenTo], [3, 0, 0]);
  const broken = await verdictOf({ lines: lines.slice(100), notes: '', from: 99 });
  assert.equal(broken.exitCode, 1);
});

const many = testLines(600);
const manyNotes = testNotes(many, [300, 600], key);
const tiles = testTiles(many);

test('tiles name the very line, though every hash after it was made new', async () => {
  const rewritten = testLines(600, (index) => (index === 149 || index === 410 ? 'somebody else' : 'somebody'));
  const verdict = await verdictOf({ lines: rewritten, notes: manyNotes, tiles });
  assert.deepEqual([verdict.exitCode, verdict.provenTo], [1, 149]);
  const named = verdict.defects.filter(({ kind }) => kind === 'content').map(({ line }) => line);
  assert.deepEqual(named, [150, 411]);
  assert.ok(verdict.defects.some(({ sentence }) => sentence.startsWith('150 lines after it name another line before them')));
  assert.equal((await verdictOf({ lines: many, notes: manyNotes, tiles })).exitCode, 0);
});

test('a line taken out with every index and hash made new is named too', async () => {
  const verdict = await verdictOf({ lines: testLines(599, (index) => (index >= 149 ? 'moved' : 'somebody')), notes: manyNotes, tiles });
  assert.ok(verdict.defects.some(({ kind, line }) => kind === 'content' && line === 150));
  assert.equal(verdict.provenTo, 149);
  assert.ok(verdict.defectCount > 150, 'each line that is not what was signed is counted');
});

test('damaged and missing tiles are blamed themselves when the lines are what was signed', async () => {
  const bent: TileSource = (level, index, width) => {
    const bytes = tiles(level, index, width);
    if (level === 0 && index === 1) bytes?.fill(1, 64, 70);
    return bytes;
  };
  const verdict = await verdictOf({ lines: many, notes: manyNotes, tiles: bent });
  assert.deepEqual([verdict.exitCode, kindsOf(verdict), verdict.defects[0]?.line], [1, ['tile'], 259]);
  const upper: TileSource = (level, index, width) => (level === 1 ? null : tiles(level, index, width));
  assert.deepEqual(kindsOf(await verdictOf({ lines: many, notes: manyNotes, tiles: upper })), ['tile']);
});

test('a part of a log is proven with the tiles of the whole', async () => {
  const verdict = await verdictOf({ lines: many.slice(290), notes: manyNotes, from: 290, tiles });
  assert.deepEqual([verdict.exitCode, verdict.provenTo, verdict.lines], [0, 600, 310]);
  const cut = await verdictOf({ lines: many.slice(290, 500), notes: manyNotes, from: 290, tiles });
  assert.deepEqual([cut.exitCode, kindsOf(cut), cut.provenTo], [1, ['tail'], 300]);
});

test('keys: a checkpoint by a key that had ended before its last entry is refused', async () => {
  const ended = { ...key, validTo: '2026-04-30T00:00:00.000Z' };
  assert.deepEqual(kindsOf(await verdictOf({ keys: [ended] })), ['signature']);
  assert.equal((await verdictOf({ keys: [{ ...key, validTo: '2026-05-02T00:00:00.000Z' }] })).exitCode, 0);
});
