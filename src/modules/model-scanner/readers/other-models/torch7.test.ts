import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, type Part, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

/* ——— as torch.save of Torch7 writes it, binary ——— */
let next = 0;
const index = () => u32(++next);
const text = (value: string) => bytes(u32(value.length), value);
const word = (value: string) => bytes(u32(2), text(value));
const number = bytes(u32(1), new Uint8Array(8));
const object = (name: string, ...content: readonly Part[]) => bytes(u32(4), index(), text('V 1'), text(name), ...content);
const table = (...entries: readonly (readonly [Uint8Array, Uint8Array])[]) =>
  bytes(u32(3), index(), u32(entries.length), ...entries.flat());
const storage = (elements: number) => object('torch.FloatStorage', u64(elements), new Uint8Array(elements * 4));
const tensor = (elements: number) => object('torch.FloatTensor', u32(1), u64(elements), u64(1), u64(1), storage(elements));
const luaFunction = (dumped: Part) => bytes(u32(8), index(), u32(dumped.length), dumped, table());

const network = object('nn.Linear', table([word('weight'), tensor(6)], [word('train'), bytes(u32(5), u32(1))]));

test('a network of tensors is clean, whatever it is called, and its facts are read', () => {
  const report = reportOf(network, 'readme.txt');
  assert.equal(report.format, 'torch7');
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.metadata, { classes: 'nn.Linear, torch.FloatTensor, torch.FloatStorage', parameters: 6 });
});

test('a table of tensors is known without a name', () => {
  assert.equal(artefactOf(table([word('a'), tensor(2)])).format, 'torch7');
});

test('a stored function is code: suspicious, with the names it uses', () => {
  const report = reportOf(object('nn.Lambda', table([word('run'), luaFunction("\u001bLJ\u0002os.execute('echo marker')")])), 'm.t7');
  assert.equal(report.verdict, 'suspicious');
  assert.match(report.findings[0]?.why ?? '', /compiled Lua code that uses os, execute/);
  assert.ok((report.findings[0]?.where.offset ?? 0) > 20);
});

test('a function that is the whole file is found', () => {
  assert.equal(reportOf(bytes(u32(8), u32(1), u32(20), 'return os.execute(1)', u32(0)), 'm.t7').verdict, 'suspicious');
});

test('the text form is read too', () => {
  const plain = '4\n1\n3\nV 1\n9\nnn.Linear\n3\n2\n1\n2\n4\nbias\n1\n0.5\n';
  assert.equal(reportOf(bytes(plain), 'm.t7').verdict, 'clean');
  const code = "4\n1\n3\nV 1\n9\nnn.Lambda\n3\n2\n1\n2\n3\nrun\n8\n3\n23\nreturn io.popen('true')\n0\n";
  assert.equal(reportOf(bytes(code), 'm.t7').verdict, 'suspicious');
});

test('storages, texts and tables that do not fit are refused without allocation; references are not followed', () => {
  assert.deepEqual(codesOf(artefactOf(object('torch.FloatStorage', u64(2n ** 50n)))), ['torch7-storage']);
  assert.deepEqual(codesOf(artefactOf(object('nn.X', bytes(u32(3), u32(99), u32(0x7fffffff))))), ['torch7-count']);
  const loop = bytes(u32(4), u32(1), text('V 1'), text('nn.X'), u32(3), u32(1));
  assert.equal(reportOf(loop, 'm.t7').verdict, 'clean');
  assert.equal(reportOf(bytes(number, number), 'x.bin').format, 'unknown');
});
