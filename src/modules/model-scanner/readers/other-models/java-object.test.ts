import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const start = bytes([0xac, 0xed, 0, 5]);
/** TC_OBJECT, TC_CLASSDESC: name, serial number, flags, no fields, end of block data, no parent. */
const object = (name: string) => bytes([0x73, 0x72, 0, name.length], name, new Uint8Array(8), [2, 0, 0, 0x78, 0x70]);
/** ObjectOutputStream of java.util.HashMap with one entry, JDK 17. */
const map = bytes(
  start,
  'sr\0\u0011java.util.HashMap',
  [5, 7, 0xda, 0xc1, 0xc3, 0x16, 0x60, 0xd1, 3, 0, 2],
  'F\0\u000aloadFactorI\0\u0009thresholdxp?@\0\0\0\0\0\u000cw\u0008\0\0\0\u0010\0\0\0\u0001t\0\u0001at\0\u0001bx',
);

test('values of Java itself are clean and the file is known by its content', () => {
  const report = reportOf(map, 'weights.bin');
  assert.equal(report.format, 'java-serialised');
  assert.equal(report.verdict, 'clean');
  assert.equal(report.metadata.first_class, 'java.util.HashMap');
});

test('models of known libraries are clean, classes of others risky by name', () => {
  assert.equal(reportOf(bytes(start, object('weka.classifiers.trees.J48')), 'm.model').verdict, 'clean');
  const report = reportOf(bytes(start, object('com.acme.Net')), 'm.ser');
  assert.equal(report.verdict, 'risky');
  assert.match(report.findings[0]?.why ?? '', /com\.acme\.Net/);
});

test('classes of published attack chains are suspicious wherever they stand', () => {
  for (const name of [
    'org.apache.commons.collections.functors.InvokerTransformer',
    'com.sun.rowset.JdbcRowSetImpl',
    'org.codehaus.groovy.runtime.MethodClosure',
  ])
    assert.equal(reportOf(bytes(map, object(name)), 'm.ser').verdict, 'suspicious', name);
});

test('a class file behind a class that defines classes from bytes is proved', () => {
  const file = bytes(
    start,
    object('com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl'),
    [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52],
    new Uint8Array(40),
  );
  assert.equal(reportOf(file, 'm.ser').verdict, 'malicious');
});

test('a proxy is named by its interface', () => {
  const name = 'com.acme.Handler';
  const proxy = bytes(start, [0x73, 0x7d, 0, 0, 0, 1, 0, name.length], name, [0x78, 0x70]);
  assert.match(artefactOf(proxy).operators[0]?.name ?? '', /^proxy of com\.acme\.Handler$/);
});

test('files written by Java itself: values are clean, a class of its own package is named', () => {
  const folder = join(import.meta.dirname, '../../../../../test/corpus/model-scanner/real-formats');
  const real = (name: string) => reportOf(Uint8Array.from(readFileSync(join(folder, name))), 'x');
  assert.equal(real('plain-map.ser').verdict, 'clean');
  const custom = real('custom-class.ser');
  assert.equal(custom.verdict, 'risky');
  assert.match(custom.findings[0]?.why ?? '', /Make\$Net/);
});
