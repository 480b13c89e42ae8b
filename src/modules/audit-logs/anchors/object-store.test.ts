import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overrideEnvironment, readConfig } from '../../../platform/config.ts';
import { signCheckpoint } from '../tree/signed-note.ts';
import { testKey } from '../tree/test-export.ts';
import { addressOf, type ObjectStore, signedRequest } from './object-store.ts';
import { objectStorePlace } from './object-store-place.ts';
import type { AnchorPlace, FoundNote } from './place.ts';
import { refusal, signatureOf, TestObjectStore } from './test-object-store.ts';

// The examples of the S3 API reference, "Authenticating Requests: Using the Authorization Header".
const example: ObjectStore = {
  endpoint: 'https://s3.amazonaws.com',
  region: 'us-east-1',
  bucket: 'examplebucket',
  pathStyle: false,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
};
const moment = '20130524T000000Z';
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const listSignature = '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7';
const exampleHeaders = { host: 'examplebucket.s3.amazonaws.com', 'x-amz-date': moment, 'x-amz-content-sha256': emptyHash };

test('the receiver computes the signatures of the published examples', () => {
  const given = { region: example.region, secret: example.secretAccessKey };
  const plain = ['host', 'x-amz-content-sha256', 'x-amz-date'];
  const put = {
    ...exampleHeaders,
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
  };
  const cases = [
    ['GET', '/?max-keys=2&prefix=J', exampleHeaders, plain, listSignature],
    ['GET', '/?lifecycle=', exampleHeaders, plain, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    [
      'GET',
      '/test.txt',
      { ...exampleHeaders, range: 'bytes=0-9' },
      ['host', 'range', 'x-amz-content-sha256', 'x-amz-date'],
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'PUT',
      '/test%24file.text',
      put,
      ['date', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-storage-class'],
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
  ] as const;
  for (const [method, target, headers, signedHeaders, signature] of cases)
    assert.equal(signatureOf({ method, target, headers, signedHeaders, ...given }), signature, `${method} ${target}`);
});

test('a request is signed as the published example, and a bucket stands before the host or in the path', async () => {
  const { headers, address } = await signedRequest(example, { method: 'GET', query: { 'max-keys': '2', prefix: 'J' } }, moment);
  assert.equal(
    headers['authorization'],
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${listSignature}`,
  );
  assert.equal(address, 'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J');
  assert.equal(addressOf({ ...example, pathStyle: true }, 'a/b').href, 'https://s3.amazonaws.com/examplebucket/a/b');
  const temporary = await signedRequest({ ...example, sessionToken: 'token' }, { method: 'GET' }, moment);
  assert.match(temporary.headers['authorization'] ?? '', /SignedHeaders=[^,]*x-amz-security-token/);
});

test('a bucket without its keys, an endpoint with a path, and a prefix that climbs are refused at the start', () => {
  const keys = { AUDIT_ANCHOR_S3_ACCESS_KEY_ID: 'id', AUDIT_ANCHOR_S3_SECRET_ACCESS_KEY: 'a long secret'.replaceAll(' ', '-') };
  const wrong = [
    [{ AUDIT_ANCHOR_S3_BUCKET: 'anchors' }, /needs AUDIT_ANCHOR_S3_ACCESS_KEY_ID/],
    [{ ...keys, AUDIT_ANCHOR_S3_BUCKET: 'Anchors/x' }, /AUDIT_ANCHOR_S3_BUCKET: must be the name of a bucket/],
    [{ ...keys, AUDIT_ANCHOR_S3_BUCKET: 'anchors', AUDIT_ANCHOR_S3_ENDPOINT: 'https://a.example/b?c' }, /a scheme and a host/],
    [{ ...keys, AUDIT_ANCHOR_S3_BUCKET: 'anchors', AUDIT_ANCHOR_S3_PREFIX: 'a/../b' }, /AUDIT_ANCHOR_S3_PREFIX/],
    [{ ...keys, AUDIT_ANCHOR_S3_BUCKET: 'anchors', AUDIT_ANCHOR_S3_SECRET_ACCESS_KEY: 'with\nline breaks' }, /visible ASCII/],
    [{ AUDIT_ANCHOR_MAIL_TO: 'a@example.org\r\nBcc: b@example.org' }, /AUDIT_ANCHOR_MAIL_TO/],
  ] as const;
  for (const [environment, reason] of wrong) assert.throws(() => readConfig(environment, '/tmp'), reason);
  assert.equal(readConfig({ ...keys, AUDIT_ANCHOR_S3_BUCKET: 'anchors' }, '/tmp').AUDIT_ANCHOR_S3_LOCK, 'compliance');
});

const origin = 'aispm/installation/workspace';
const key = testKey('aispm/installation');
const noteOf = (size: number, fill = size): string => signCheckpoint({ origin, size, root: Buffer.alloc(32, fill) }, key);

async function openStore(t: { after(close: () => unknown): void }): Promise<{ store: TestObjectStore; place: AnchorPlace }> {
  const store = await new TestObjectStore().open(t);
  overrideEnvironment({ OUTBOUND_HOSTS: store.host, LOG_LEVEL: 'silent', LOG_DIR: '' });
  t.after(() => {
    delete process.env['OUTBOUND_HOSTS'];
    overrideEnvironment({});
  });
  const { region, bucket } = store;
  const reached = { endpoint: `http://${store.host}`, region, bucket, pathStyle: true, sessionToken: undefined };
  const signing = { accessKeyId: store.key.id, secretAccessKey: store.key.secret };
  return { store, place: objectStorePlace({ ...reached, ...signing }, 'audit/prod', { mode: 'compliance', days: 10 }) };
}

async function sizesOf(place: AnchorPlace, above: number): Promise<number[]> {
  const sizes: number[] = [];
  for await (const { size } of (await place.read(origin, above)) ?? ([] as FoundNote[])) sizes.push(size);
  return sizes;
}

test('a checkpoint is an object of its own, locked, never written over; the same one may come again', async (t) => {
  const { store, place } = await openStore(t);
  const note = noteOf(5);
  assert.equal(await place.put([note]), null);
  const [name = '', stored] = [...store.objects][0] ?? [];
  assert.equal(name, `audit/prod/${origin}/0000000000000005`);
  assert.deepEqual([stored?.body, stored?.lock?.mode], [note, 'COMPLIANCE']);
  const inTenDays = Date.now() + 10 * 86_400_000;
  assert.ok(Math.abs(Date.parse(stored?.lock?.until ?? '') - inTenDays) < 60_000);
  assert.ok(Math.abs(((await place.lockedUntil?.(note))?.getTime() ?? 0) - inTenDays) < 60_000);
  // As after a kill between putting and noting it; and signed anew, at another second.
  assert.equal(await place.put([note]), null);
  assert.equal(await place.put([signCheckpoint({ origin, size: 5, root: Buffer.alloc(32, 5) }, key, new Date(0))]), null);
  assert.equal(await place.put([noteOf(5, 6)]), note, 'another root of the same size: what lies there is told');
  assert.equal(store.objects.get(name)?.body, note);
  store.knowsConditions = false;
  assert.equal(await place.put([noteOf(5, 6)]), note, 'nor by a store that would write over it');
  assert.equal(store.objects.get(name)?.body, note);
  store.knowsConditions = true;
  // Somebody else was between looking and putting.
  let looks = 0;
  store.fault = ({ method }) => (method === 'GET' && looks++ === 0 ? refusal(404, 'NoSuchKey') : null);
  assert.equal(await place.put([noteOf(5, 6)]), note);
});

test('what is larger is read back largest first, over several pages; what is no name of a checkpoint is passed over', async (t) => {
  const { store, place } = await openStore(t);
  for (const size of [9, 10, 11]) await place.put([noteOf(size)]);
  for (const foreign of ['x', '99', '0000000000000012/more', '0000000000000012&amp;'])
    store.objects.set(`audit/prod/${origin}/${foreign}`, { body: noteOf(12), lock: null });
  assert.deepEqual(await sizesOf(place, 9), [11, 10]);
  assert.deepEqual(await sizesOf(place, 11), []);
  for (let size = 100; size < 1150; size += 1)
    store.objects.set(`audit/prod/${origin}/${String(size).padStart(16, '0')}`, { body: noteOf(size), lock: null });
  store.asked.length = 0;
  const notes = await place.read(origin, 99);
  for await (const { size } of notes ?? []) {
    assert.equal(size, 1149);
    break;
  }
  assert.equal(store.asked.length, 3, 'two pages of names, one note');
});

test('what the store refuses is said with its code and what it means, and never with its words or a secret', async (t) => {
  const { store, place } = await openStore(t);
  const note = noteOf(5);
  const failure = async (): Promise<string> => {
    const error = await place.put([note]).then(
      () => new Error('kept'),
      (refused: Error) => refused,
    );
    return error.message;
  };
  const cases = [
    [refusal(403, 'AccessDenied'), /answered 403 \(AccessDenied\): the key may not do this there/],
    [refusal(400, 'InvalidRequest'), /the bucket may have been made without object lock/],
    [refusal(501, 'NotImplemented'), /it does not know conditions or locks/],
    [refusal(503, 'SlowDown'), /503 \(SlowDown\)/],
    [{ status: 500, body: `<Code>${'x'.repeat(500)}</Code>` }, /500 \(no code\): nothing was kept or read/],
    [{ status: 307, headers: { location: 'http://127.0.0.1:1/' } }, /307 \(no code\): the bucket is in another region/],
    [{ status: 200, body: 'x'.repeat(3 * 2 ** 20) }, /answered with more than 16384 bytes/],
  ] as const;
  for (const [answer, words] of cases) {
    store.fault = () => answer;
    const said = await failure();
    assert.match(said, words);
    assert.ok(!said.includes(store.key.secret));
  }
  store.fault = ({ method }) => (method === 'GET' ? refusal(404, 'NoSuchKey') : refusal(412, 'PreconditionFailed'));
  assert.match(await failure(), /says that a checkpoint of that size is there, and does not show it/);
  store.fault = (request) => {
    request.socket.destroy();
    return 'silent';
  };
  assert.match(await failure(), /ended the connection/);
});

test('a wrong secret and a wrong region are refused by the receiver, which computes the signature itself; one that is silent is not waited for', async (t) => {
  const { store } = await openStore(t);
  const reached = {
    endpoint: `http://${store.host}`,
    region: store.region,
    bucket: store.bucket,
    pathStyle: true,
    sessionToken: undefined,
  };
  const put = (signing: Partial<ObjectStore>) =>
    objectStorePlace({ ...reached, accessKeyId: store.key.id, secretAccessKey: store.key.secret, ...signing }, 'a', null).put([noteOf(1)]);
  await assert.rejects(put({ secretAccessKey: 'another secret' }), /the secret is not the one of the key/);
  await assert.rejects(put({ accessKeyId: 'OTHER' }), /it does not know the key/);
  await assert.rejects(put({ region: 'us-east-1' }), /AuthorizationHeaderMalformed/);
  await assert.rejects(put({ bucket: 'other' }), /there is no such bucket/);
  assert.equal(await put({}), null);
  store.fault = () => 'silent';
  await assert.rejects(put({ timeoutMs: 30 }), /took longer than 30 ms/);
});

test('a store in a private network, by plain HTTP or at a metadata address is not asked unless the administrator named it', async () => {
  const place = (endpoint: string) => objectStorePlace({ ...example, endpoint, pathStyle: true }, 'a', null).put([noteOf(1)]);
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '' });
  await assert.rejects(place('http://127.0.0.1:1'), { code: 'outside.address' });
  await assert.rejects(place('https://10.0.0.1'), { code: 'outside.refused' });
  await assert.rejects(place('https://169.254.169.254'), { code: 'outside.refused' });
});
