import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes, type Part } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { allOf, artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

/** Written by R 4.2.2: make_r_files.R. */
const folder = join(import.meta.dirname, '../../../../../test/corpus/model-scanner/real-formats');
const real = (name: string) => Uint8Array.from(readFileSync(join(folder, name)));

/* ——— XDR by hand: integers are big-endian, an item begins with its flags ——— */
const integer = (value: number): number[] => [(value >> 24) & 255, (value >> 16) & 255, (value >> 8) & 255, value & 255];
const item = (type: number, ...parts: readonly Part[]) => bytes(integer(type), ...parts);
const characters = (text: string) => item(9, integer(text.length), text);
const symbol = (name: string) => item(1, characters(name));
const nil = item(254);
const unbound = item(252);
const globalEnvironment = item(253);
const strings = (...texts: readonly string[]) => item(16, integer(texts.length), ...texts.map(characters));
const pairs = (...items: readonly Uint8Array[]) => bytes(...items.flatMap((value) => [item(2), value]), nil);
const call = (name: string, ...values: readonly Uint8Array[]) => item(6, symbol(name), pairs(...values));
/** Flag 1024: the environment stands before the value. */
const promise = (value: Uint8Array, expression: Uint8Array) => item(5 | 1024, globalEnvironment, value, expression);
const list = (...items: readonly Uint8Array[]) => item(19, integer(items.length), ...items);
const rds = (root: Uint8Array) => bytes('X\n', integer(2), integer(0x40202), integer(0x20300), root);
const verdict = (root: Uint8Array) => reportOf(rds(root), 'model.rds').verdict;

test('data frames, lists, models of formulas and S4 objects saved by R are clean in every encoding and compression', () => {
  const names = readdirSync(folder).filter((name) => /^plain.*\.(rds|RData)$/.test(name));
  assert.ok(names.length >= 10);
  for (const name of names) {
    const report = reportOf(real(name), 'x');
    assert.equal(report.verdict, 'clean', `${name}: ${JSON.stringify(report.findings)} ${JSON.stringify(report.unread)}`);
    assert.ok(
      allOf(artefactOf(real(name))).some(({ format }) => format === 'r-data' || format === 'r-workspace'),
      name,
    );
  }
});

test('functions, byte code and calls that reach outside saved by R are suspicious', () => {
  for (const name of ['closure.rds', 'bytecode.rds', 'language.rds', 'glm.rds', 'promise-in-environment.rds'])
    assert.equal(reportOf(real(name), 'x').verdict, 'suspicious', name);
});

test('byte code is read to its end: nothing is left over, in functions of R itself either', () => {
  for (const name of ['bytecode.rds', 'base-function.rds', 'glm.rds']) assert.deepEqual(codesOf(artefactOf(real(name))), [], name);
});

test('an unevaluated promise in plain data is malicious (CVE-2024-27322)', () => {
  const report = reportOf(rds(list(promise(unbound, call('system', strings('echo marker'))))), 'm.rds');
  assert.equal(report.verdict, 'malicious');
  assert.ok(report.findings.some(({ references }) => references.includes('CVE-2024-27322')));
  const commands = report.findings.find(({ evidence }) => evidence.startsWith('system'));
  assert.equal(commands?.certainty, 'proved');
  assert.ok((commands?.where.offset ?? 0) > 14);
});

test('it is found as the root, in a pair list, in attributes, and behind a workspace header', () => {
  const hostile = promise(unbound, call('marker'));
  assert.equal(verdict(hostile), 'malicious');
  assert.equal(verdict(pairs(strings('a'), hostile)), 'malicious');
  assert.equal(verdict(item(16 | 512, integer(1), characters('a'), pairs(hostile))), 'malicious');
  assert.equal(reportOf(bytes('RDX2\n', rds(pairs(hostile))), 'x.RData').verdict, 'malicious');
});

test('a promise that has its value already is data', () => {
  assert.equal(verdict(list(item(5, strings('done'), nil))), 'clean');
});

test('an external pointer is suspicious, a call of an unknown function too, a formula is not', () => {
  assert.equal(verdict(item(22, nil, nil)), 'suspicious');
  assert.equal(verdict(call('acme')), 'suspicious');
  assert.equal(verdict(call('~', symbol('y'), call('+', symbol('x'), symbol('z')))), 'clean');
});

test('a function of a call may be a reference to a symbol seen before', () => {
  const again = item(6, integer((1 << 8) | 255), nil);
  assert.equal(verdict(list(symbol('system'), again)), 'suspicious');
});

test('a vector that maps a file by path is possible reading', () => {
  const compact = item(238, pairs(symbol('mmap_real'), symbol('base')), strings('/etc/passwd'), nil);
  assert.equal(reportOf(rds(compact), 'x').findings[0]?.effect, 'fs-read');
  assert.equal(verdict(item(238, pairs(symbol('compact_intseq'), symbol('base')), strings('x'), nil)), 'clean');
});

test('lengths and types that cannot be end the reading as incomplete; deep nesting does not end the process', () => {
  assert.equal(verdict(item(19, integer(0x7fffffff))), 'incomplete');
  assert.deepEqual(codesOf(artefactOf(rds(item(200)))), ['r-type']);
  const level = [...integer(19), ...integer(1)];
  const deep = Uint8Array.from(Array.from({ length: 200_000 }, () => level).flat());
  assert.equal(verdict(bytes(deep, nil)), 'clean');
});

test('bytes behind the object are named', () => {
  assert.deepEqual(codesOf(artefactOf(bytes(rds(strings('a')), 'more'))), ['r-trailing']);
});
