import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { signedFilePractice } from '../engine/signed-file.ts';
import { parseJson } from '../readers/parts/json-tokens.ts';
import { checkSignature } from './check-signature.ts';
import { earlySignedMessage, signedMessage } from './envelope-message.ts';
import { isIncluded } from './inclusion-proof.ts';
import { readTrust } from './read-trust.ts';
import { signaturePractice } from './signature-practice.ts';
import { loggedAt } from './transparency.ts';
import type { Trust } from './trust.ts';

/** Bundles by model_signing 1.1: test/corpus/model-scanner/signatures/make_signatures.py. */
const corpus = new URL('../../../../test/corpus/model-scanner/signatures/', import.meta.url);
const text = (name: string) => readFileSync(new URL(name, corpus), 'utf8');
const trusted = (name: string, ...signers: string[]) => readTrust(text(name), name, signers);
const codeOf = (bundle: string, trust: Trust | null) => signaturePractice(checkSignature(parseJson(bundle).value, trust), null)?.code;

describe('bundles that model_signing wrote', () => {
  test('without a trust root they are there and not verified', () => {
    assert.equal(codeOf(text('key.sig'), null), 'signature-unverified');
    assert.equal(codeOf(text('certificate.sig'), null), 'signature-unverified');
  });
  test('with the key of the signer they are verified, with another they are not', () => {
    assert.equal(codeOf(text('key.sig'), trusted('signer.pem')), 'signature-verified');
    assert.equal(codeOf(text('certificate.sig'), trusted('signer.pem')), 'signature-verified');
    assert.equal(codeOf(text('key.sig'), trusted('other.pem')), 'signature-untrusted');
    assert.equal(codeOf(text('certificate.sig'), trusted('other.pem')), 'signature-untrusted');
  });
  test('with the authority above the signer they are certified, and verified with the expected name', () => {
    assert.equal(codeOf(text('certificate.sig'), trusted('root.pem')), 'signature-certified');
    assert.equal(codeOf(text('certificate.sig'), trusted('root.pem', 'signer@example.com')), 'signature-verified');
    assert.equal(codeOf(text('certificate.sig'), trusted('root.pem', 'other@example.com')), 'signature-untrusted');
    assert.equal(codeOf(text('certificate.sig'), trusted('other-root.pem')), 'signature-untrusted');
  });
  test('a certificate that has expired proves nothing without a proof of the time', () => {
    assert.equal(codeOf(text('expired.sig'), trusted('root.pem')), 'signature-untrusted');
  });
  test('a changed statement is no longer signed, whoever is trusted', () => {
    for (const name of ['certificate.sig', 'key.sig']) {
      const changed = text(name).replace(/"payload":\s*"([^"]+)"/, (whole, payload: string) =>
        whole.replace(
          payload,
          Buffer.from(Buffer.from(payload, 'base64').toString().replace('config.json', 'config.jsom')).toString('base64'),
        ),
      );
      assert.notEqual(changed, text(name));
      assert.equal(codeOf(changed, trusted('signer.pem')), 'signature-broken', name);
    }
    const changed = text('certificate.sig').replace(/"sig":\s*"(.{8})/, '"sig": "MEUCIQCC');
    assert.equal(codeOf(changed, null), 'signature-broken');
  });
});

test('a signature of early model_signing holds: its message is what Python prints for bytes', () => {
  // repr(b'{"a": "it\'s"}\n\\\x00') of CPython.
  const payload = Buffer.from('{"a": "it\'s"}\n\\\0', 'latin1');
  assert.equal(earlySignedMessage('t', payload).toString(), `DSSEV1 1 t ${payload.length} b'{"a": "it\\'s"}\\n\\\\\\x00'`);
  // @source DSSE protocol, test vector of "PAE".
  assert.equal(
    signedMessage('http://example.com/HelloWorld', Buffer.from('hello world')).toString(),
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
});

test('a file that names nobody to trust is refused', () => {
  assert.throws(() => readTrust('hello', 'a.txt'), { code: 'trust.unreadable' });
  assert.throws(() => readTrust('{"tlogs": 3}', 'a.json'), { code: 'trust.unreadable' });
  assert.throws(() => readTrust('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'a.pem'), { code: 'trust.unreadable' });
});

const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const derOf = ({ publicKey }: ReturnType<typeof pair>) => publicKey.export({ type: 'spki', format: 'der' });
const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

describe('a signature over one file', () => {
  const signer = pair();
  const der = derOf(signer);
  const content = Buffer.from('weights');
  const bundle = (signature: Uint8Array) =>
    JSON.stringify({
      verificationMaterial: { publicKey: { hint: sha(der).toString('base64') } },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: sha(content).toString('base64') },
        signature: Buffer.from(signature).toString('base64'),
      },
    });
  const trust: Trust = {
    keys: [signer.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    certificates: [],
    logs: [],
    signers: [],
  };
  test('is verified, foreign or broken by the bytes of the file', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'signed-file-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'w.bin');
    writeFileSync(path, content);
    const said = async (signature: Uint8Array) => {
      const check = checkSignature(parseJson(bundle(signature)).value, trust);
      assert.equal(check.state, 'pending');
      return check.state === 'pending' ? (await signedFilePractice({ path, pending: check.pending, signer: null })).code : '';
    };
    assert.equal(await said(sign('sha256', content, signer.privateKey)), 'signature-verified');
    assert.equal(await said(sign('sha256', Buffer.from('others'), signer.privateKey)), 'signature-broken');
    assert.equal(await said(Buffer.from('none')), 'signature-broken');
  });
});

describe('the time of signing', () => {
  const log = pair();
  const keyId = sha(derOf(log)).toString('base64');
  const trustedLog = { keyId, key: log.publicKey.export({ type: 'spki', format: 'pem' }).toString() };
  const digest = 'ab'.repeat(32);
  const record = (signature: string) =>
    Buffer.from(JSON.stringify({ kind: 'hashedrekord', spec: { signature: { content: signature }, data: { hash: { value: digest } } } }));
  const entry = (body: Buffer, more: object = {}) => {
    const promised = {
      body: body.toString('base64'),
      integratedTime: 1_700_000_000,
      logID: Buffer.from(keyId, 'base64').toString('hex'),
      logIndex: 7,
    };
    return {
      logIndex: '7',
      logId: { keyId },
      integratedTime: '1700000000',
      inclusionPromise: { signedEntryTimestamp: sign('sha256', Buffer.from(JSON.stringify(promised)), log.privateKey).toString('base64') },
      canonicalizedBody: body.toString('base64'),
      ...more,
    };
  };
  const at = (made: object, logs = [trustedLog]) =>
    loggedAt(parseJson(JSON.stringify({ verificationMaterial: { tlogEntries: [made] } })).value, { signature: 'c2ln', digest }, logs);
  test('is what a trusted log promised for this very signature', () => {
    assert.equal(at(entry(record('c2ln'))), 1_700_000_000_000);
    assert.equal(at(entry(record('b3RoZXI='))), null);
    assert.equal(at({ ...entry(record('c2ln')), integratedTime: '1700000001' }), null);
    assert.equal(at(entry(record('c2ln')), []), null);
  });
  test('counts only with a proof of inclusion that holds, where there is one', () => {
    const body = record('c2ln');
    // A tree of three leaves, ours the last: its root is the hash over (hash over the first two) and ours. @source RFC 9162, 2.1.1.
    const leaf = sha(Buffer.of(0), body);
    const left = sha(Buffer.of(1), sha(Buffer.of(0), Buffer.from('a')), sha(Buffer.of(0), Buffer.from('b')));
    const root = sha(Buffer.of(1), left, leaf);
    const head = `log.example\n3\n${root.toString('base64')}\n`;
    const line = Buffer.concat([Buffer.from(keyId, 'base64').subarray(0, 4), sign('sha256', Buffer.from(head), log.privateKey)]);
    const inclusionProof = (changes: object = {}) => ({
      inclusionProof: {
        logIndex: '2',
        treeSize: '3',
        rootHash: root.toString('base64'),
        hashes: [left.toString('base64')],
        checkpoint: { envelope: `${head}\n— log.example ${line.toString('base64')}\n` },
        ...changes,
      },
    });
    assert.equal(at(entry(body, inclusionProof())), 1_700_000_000_000);
    assert.equal(at(entry(body, inclusionProof({ hashes: [leaf.toString('base64')] }))), null);
    assert.equal(at(entry(body, inclusionProof({ logIndex: '1' }))), null);
    assert.equal(at(entry(body, inclusionProof({ checkpoint: { envelope: head } }))), null);
    assert.equal(isIncluded(parseJson(JSON.stringify(inclusionProof({ treeSize: 'x' }))).value, body, trustedLog), false);
  });
});
