import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle, harmlessPickle, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const part = { name: 'a.pkl', data: harmlessPickle };
const formats = (file: Uint8Array) => allOf(artefactOf(file)).map(({ format }) => format);

test('an ordinary archive of stored and deflated members has no anomaly and every member is opened', () => {
  const artefact = artefactOf(zip([part, { name: 'b.txt', data: bytes('hello'), method: 8 }]));
  assert.deepEqual(codesOf(artefact), []);
  assert.deepEqual(
    artefact.members.map(({ format }) => format),
    ['pickle', 'text'],
  );
});

test('a name that differs between local header and directory is a lie', () => {
  assert.deepEqual(codesOf(artefactOf(zip([{ ...part, localName: 'a.txt' }]))), ['zip-name-mismatch']);
});

test('an encryption flag over plain content is a lie, and the content is read all the same', () => {
  const artefact = artefactOf(zip([{ name: 'a.pkl', data: callingPickle, flags: 1, localFlags: 0 }]));
  assert.deepEqual(codesOf(artefact).sort(), ['zip-false-encryption', 'zip-flag-mismatch']);
  assert.equal(artefact.members[0]?.globals[0]?.name, 'system');
});

test('content that is really encrypted is unread, not clean', () => {
  const report = reportOf(zip([{ name: 'a.bin', data: bytes([0, 1, 2, 250, 251, 9]), flags: 1 }]));
  assert.equal(report.verdict, 'incomplete');
  assert.equal(report.unread[0]?.reason, 'encrypted');
});

test('a wrong checksum is a lie: some programs load the member all the same', () => {
  assert.deepEqual(codesOf(artefactOf(zip([{ ...part, crc: 1 }]))), ['zip-bad-crc']);
});

test('a member that no directory lists is found and read', () => {
  const artefact = artefactOf(zip([part, { name: 'hidden.pkl', data: callingPickle, unlisted: true }]));
  assert.ok(codesOf(artefact).includes('zip-hidden-member'));
  assert.ok(artefact.members.some(({ globals }) => globals.some(({ name }) => name === 'system')));
});

test('two members of one name are a lie, and both are read', () => {
  const artefact = artefactOf(zip([part, { name: 'a.pkl', data: callingPickle }]));
  assert.deepEqual(codesOf(artefact), ['zip-duplicate-name']);
  assert.equal(artefact.members.length, 2);
});

test('a second end record whose directory lists other members is a second view', () => {
  const inner = zip([{ name: 'other.pkl', data: callingPickle }]);
  const artefact = artefactOf(zip([part], { prefix: inner }));
  assert.ok(codesOf(artefact).includes('zip-second-directory'));
  assert.ok(allOf(artefact).some(({ globals }) => globals.some(({ name }) => name === 'system')));
});

test('an archive stored inside an archive is a member, not a second view', () => {
  const artefact = artefactOf(zip([part, { name: 'inner.zip', data: zip([part]) }]));
  assert.deepEqual(codesOf(artefact), []);
  assert.equal(artefact.members[1]?.format, 'zip');
});

test('a wrong member count in the end record is a lie', () => {
  assert.deepEqual(codesOf(artefactOf(zip([part, { name: 'b', data: bytes('x') }], { count: 1 }))), ['zip-count-mismatch']);
});

test('a pickle behind the archive is found, and hiding it there is a lie', () => {
  const artefact = artefactOf(zip([part], { suffix: callingPickle }));
  assert.ok(codesOf(artefact).includes('zip-hidden-stream'));
  assert.ok(allOf(artefact).some(({ globals }) => globals.some(({ name }) => name === 'system')));
});

test('an archive behind a pickle is read as both, and that programs may take either is a lie', () => {
  const artefact = artefactOf(bytes(harmlessPickle, zip([{ name: 'x.pkl', data: callingPickle }])));
  assert.ok(codesOf(artefact).includes('two-formats'));
  assert.ok(formats(bytes(harmlessPickle, zip([part]))).includes('zip'));
});

test('members that share bytes and unpack to thousands of times the file are a proved bomb', () => {
  // 200 names for one local header that declares 10 MB: 2 GB from about 12 kB.
  const first = { name: 'f0', data: new Uint8Array(1000), method: 8 as const, declaredSize: 10_000_000 };
  const more = Array.from({ length: 199 }, (_, i) => ({ ...first, name: `f${i + 1}`, sharesLocalOf: 0 }));
  const report = reportOf(zip([first, ...more]));
  const bomb = report.findings.find(({ ruleId }) => ruleId === 'resource-bomb');
  assert.equal(bomb?.certainty, 'proved');
  assert.equal(report.verdict, 'malicious');
});

test('a member that expands past the budget ends its branch and the others are still read', () => {
  const file = zip([
    { name: 'big.pkl', data: bytes([0x80, 2], 'B', u32(400_000), new Uint8Array(400_000), '.'), method: 8 },
    { name: 'x.pkl', data: callingPickle },
  ]);
  const report = reportOf(file, 'a.zip', { outputBytes: 100_000, ratioFloorBytes: 1, outputRatio: 100_000 });
  assert.ok(report.unread.some(({ reason }) => reason === 'budget'));
  assert.ok(report.findings.some(({ evidence }) => evidence.includes('system')));
});

test('names that climb out of the folder are external paths', () => {
  const names = ['../../x', '/etc/x', 'C:\\x', '..\\..\\x', 'a/../../x'];
  for (const name of names) assert.equal(artefactOf(zip([{ name, data: bytes('x') }])).externalPaths[0]?.text, name);
  assert.deepEqual(artefactOf(zip([{ name: 'a/../b', data: bytes('x') }])).externalPaths, []);
});

test('an archive without directory is read by its local headers and stays incomplete', () => {
  const whole = zip([{ name: 'x.pkl', data: callingPickle }]);
  const cut = whole.subarray(0, whole.length - 60);
  const artefact = artefactOf(cut);
  assert.ok(codesOf(artefact).includes('zip-no-directory'));
  assert.ok(allOf(artefact).some(({ globals }) => globals.length > 0));
  assert.ok(artefact.unread.length > 0);
});

test('archives nested deeper than the budget end there and say so', () => {
  let file = zip([part]);
  for (let i = 0; i < 12; i++) file = zip([{ name: `l${i}.zip`, data: file }]);
  const all = allOf(artefactOf(file));
  assert.equal(all.length, 10);
  assert.ok(all.some(({ unread }) => unread.some(({ reason }) => reason === 'budget')));
});

test('more members than the budget allows end the archive, not the scan', () => {
  const file = zip(Array.from({ length: 30 }, (_, i) => ({ name: `m${i}`, data: bytes('x') })));
  assert.ok(artefactOf(file, 'a.zip', { members: 20 }).unread.some(({ reason }) => reason === 'budget'));
});
