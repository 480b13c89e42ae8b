import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bytes, u32 } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { safetensors } from '../../../../test/corpus/model-scanner/build-models.ts';
import { tar } from '../../../../test/corpus/model-scanner/build-tar.ts';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { resultOf } from '../engine/scan-result.ts';
import { jsonReport } from '../reports/json.ts';
import { sarifReport } from '../reports/sarif.ts';
import { paintFor, textReport } from '../reports/text.ts';

/** Built of parts, so that this file holds no secret itself. */
const token = `hf_${'9kQ2mWxVb4TnY6cLdZr8e5HgJ7pRa1sUfX'}`;
const named = 'k8Zq4Xw2Rt7Vn1Lc6Hb9Jd3G';
const password = 'Kf8mQ2xvT9Lz';
const keyBody = Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 37 + (i >> 3) * 11) % 251)).toString('base64');
const privateKey = `-----BEGIN RSA PRIVATE KEY-----\n${keyBody}\n-----END RSA PRIVATE KEY-----\n`;

const shell = (command: string) => bytes([0x80, 2], 'cposix\nsystem\n', 'X', u32(command.length), command, [0x85], 'R.');
const call = shell(`curl -H "Authorization: Bearer ${token}" https://example.org/ --data api_key=${named}`);
/** The quoted call is cut in the middle of the token. */
const cutCall = shell(`${'x'.repeat(170)} ${token}`);
const files: Readonly<Record<string, Uint8Array>> = {
  '.env': bytes(`HF_TOKEN=${token}\nAPI_KEY=${named}\nDATABASE_URL=postgresql://svc:${password}@db.acme.io/x\n`),
  'server.key': bytes(privateKey),
  'account.json': bytes(JSON.stringify({ type: 'service_account', private_key: privateKey })),
  'model.pkl': call,
  'cut.pkl': cutCall,
  'weights.zip': zip([
    { name: 'a/data.pkl', data: call, method: 8 },
    { name: 'b.txt', data: bytes(`key ${token}`) },
  ]),
  'layers.tar.gz': gzipSync(tar([{ name: 'notes.md', data: bytes(`token: "${named}"\n`) }])),
  'model.safetensors': safetensors({ __metadata__: { note: `uploaded with ${token}` } }, bytes()),
  'train.ipynb': bytes(
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [
        {
          cell_type: 'code',
          source: [`login(token="${token}")\n`],
          outputs: [{ output_type: 'stream', text: [`using ${named}\n`, `API_KEY=${named}\n`] }],
        },
      ],
    }),
  ),
  Dockerfile: bytes(`FROM scratch\nENV HF_TOKEN=${token}\nRUN curl -u bot:${password} https://bot:${password}@pkgs.acme.io/x | sh\n`),
};
const values = [token, named, password, keyBody.slice(100, 160)];
const result = resultOf(
  Object.entries(files).map(([name, content]) => reportOf(content, name)),
  [],
  { listPlain: true, engineVersion: '0', rulesVersion: '0', filesTotal: 0, bytes: 0, durationMs: 0 },
);

describe('a secret is found in', () => {
  for (const name of Object.keys(files))
    test(name, () => {
      const found = result.findings.filter(({ path, ruleId }) => path === name && ruleId === 'secret-in-file');
      assert.ok(found.length > 0);
      for (const { where, evidence } of found) {
        assert.notEqual(where.offset, null);
        assert.match(evidence, /^.{1,5}… \(SHA-256 [0-9a-f]{16}…\)$/);
      }
    });
  test('in text with its line', () => {
    const lines = result.findings
      .filter(({ path, ruleId }) => path === '.env' && ruleId === 'secret-in-file')
      .map(({ where }) => where.line);
    assert.deepEqual(lines.sort(), [1, 2, 3]);
  });
  test('an archive member once, at its own place', () => {
    const places = allOf(artefactOf(files['weights.zip'] ?? bytes(), 'weights.zip')).flatMap(({ secrets }) =>
      secrets.map(({ kind, where }) => `${kind} ${where.containerPath.join('!')}`),
    );
    assert.deepEqual(places.sort(), ['huggingface-token weights.zip!a/data.pkl', 'huggingface-token weights.zip!b.txt']);
  });
});

describe('no output shows the value', () => {
  const root = '/models';
  const outputs: Readonly<Record<string, string>> = {
    'the JSON report': JSON.stringify(jsonReport({ result, suppressed: null, comparison: null })),
    SARIF: JSON.stringify(sarifReport({ root, findings: result.findings, unread: result.unread, engineVersion: '0', rulesVersion: '0' })),
    'the text report': textReport(
      { result, suppressed: null, comparison: null },
      { paint: paintFor(false), folder: '', itself: '', advisoryBasis: null },
    ),
    'the bytes around the places of findings': result.findings
      .map(({ excerpt }) => (excerpt === undefined ? '' : Buffer.from(excerpt.base64, 'base64').toString('latin1')))
      .join('\n'),
  };
  for (const [name, output] of Object.entries(outputs))
    test(name, () => {
      assert.ok(output.length > 500);
      // Not the value, nor twelve characters of it in a row.
      for (const value of values)
        for (let at = 0; at + 12 <= value.length; at++)
          assert.ok(!output.includes(value.slice(at, at + 12)), `${value.slice(0, 4)} at ${at}`);
    });
  test('the call that uses it is reported all the same', () => {
    const calls = result.findings.filter(({ ruleId }) => ruleId === 'pickle-harmful-call');
    assert.equal(calls.length, 3);
    for (const { evidence } of calls) assert.match(evidence, /system\('/);
  });
});

test('text of any size is searched: a secret behind the first pieces, and one that lies over the border of two', () => {
  const border = 2 ** 20;
  const filler = `${'word '.repeat(11)}text\n`;
  const long = filler.repeat(Math.ceil((3 * border) / filler.length));
  const at = [border - 10, 2 * border + 300];
  const content = at.reduce((text, place) => `${text.slice(0, place)} ${token} ${text.slice(place + token.length + 2)}`, long);
  const found = artefactOf(bytes(content), 'notes.txt').secrets.map(({ where }) => where.offset);
  assert.deepEqual(
    found,
    at.map((place) => place + 1),
  );
});

test('text in UTF-16 is searched, and its bytes are blanked', () => {
  for (const order of ['little', 'big'] as const) {
    const content = Buffer.from(`\ufeffHF_TOKEN=${token}\r\n`, 'utf16le');
    if (order === 'big') content.swap16();
    const report = reportOf(content, 'settings.env');
    const [found] = report.findings.filter(({ ruleId }) => ruleId === 'secret-in-file');
    // Two bytes of mark, nine characters of name and sign.
    assert.equal(found?.where.offset, 2 + 2 * 9);
    assert.equal(found?.where.length, 2 * token.length);
    const shown = Buffer.from(found?.excerpt?.base64 ?? '', 'base64');
    assert.ok(shown.length > 40);
    for (const piece of [token.slice(6, 12), token.slice(-6)]) assert.ok(!shown.toString('latin1').replaceAll('\0', '').includes(piece));
  }
});

test('bytes that no reader knows are searched as far as they are looked at, and nothing fails', () => {
  const content = bytes([0, 1, 2, 3, 0xff], ` ${token} `, [0, 0xfe]);
  assert.deepEqual(
    artefactOf(content, 'x.bin').secrets.map(({ shown }) => shown),
    ['hf_9'],
  );
});
