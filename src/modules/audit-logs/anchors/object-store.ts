/** Signed requests to a bucket of an S3-compatible object store (Signature Version 4). @source Amazon S3 API reference: PutObject, GetObject, ListObjectsV2 */
import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { problems } from '../../../contract/problem.ts';
import { namedHosts, reachOf } from '../../../platform/http/outside-hosts.ts';
import { askOutside, type OutsideAnswer } from '../../../platform/http/outside-request.ts';

export type ObjectStore = {
  /** Scheme and host. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  /** Longest wait for an answer. Default 10,000. */
  readonly timeoutMs?: number;
};

const storeProblems = problems('audit-logs', {
  objectStoreRefused: [502, 'The object store {host} answered {status} ({code}): {meaning}.'],
});

/** The longest page of names: a thousand, of 1,024 bytes each at most, with what stands around them. */
const longestAnswer = 2 * 2 ** 20;
const longestNote = 16_384;
const namesOfPage = 1000;

type Asked = {
  readonly method: 'GET' | 'PUT';
  /** Of letters, digits, dots, dashes and slashes alone: they are written the same in the address and in what is signed. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly mostBytes?: number;
};

export function addressOf({ endpoint, bucket, pathStyle }: ObjectStore, key = ''): URL {
  const { protocol, host } = new URL(endpoint);
  return new URL(pathStyle ? `${protocol}//${host}/${bucket}/${key}` : `${protocol}//${bucket}.${host}/${key}`);
}

/** The address and headers of a signed request. Headers are signed too, all but content type and length. @param at for tests with a known signature */
export async function signedRequest(
  store: ObjectStore,
  { method, key, query, headers, body = '' }: Asked,
  at?: string,
): Promise<{ readonly address: string; readonly headers: Readonly<Record<string, string>> }> {
  const url = addressOf(store, key);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  const { region, accessKeyId, secretAccessKey, sessionToken } = store;
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: { ...headers, 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
    body,
    service: 's3',
    region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(at === undefined ? {} : { datetime: at }),
  });
  const signed = await signer.sign();
  return { address: signed.url.href, headers: Object.fromEntries(signed.headers) };
}

async function ask(store: ObjectStore, asked: Asked): Promise<OutsideAnswer> {
  const { address, headers } = await signedRequest(store, asked);
  return askOutside(address, {
    reach: reachOf(address, namedHosts()),
    method: asked.method,
    headers,
    ...(store.timeoutMs === undefined ? {} : { timeoutMs: store.timeoutMs }),
    ...(asked.body === undefined ? {} : { body: asked.body }),
    mostBytes: asked.mostBytes ?? longestAnswer,
  });
}

/** @returns false when an object of that name is there: it is never written over. */
export async function putOnce(
  store: ObjectStore,
  {
    key,
    body,
    lock,
  }: { readonly key: string; readonly body: string; readonly lock: { readonly mode: string; readonly until: Date } | null },
): Promise<boolean> {
  const answer = await ask(store, {
    method: 'PUT',
    key,
    body,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      // What comes with a lock must come with a digest of its own.
      'content-md5': createHash('md5').update(body).digest('base64'),
      'if-none-match': '*',
      ...(lock === null
        ? {}
        : { 'x-amz-object-lock-mode': lock.mode.toUpperCase(), 'x-amz-object-lock-retain-until-date': lock.until.toISOString() }),
    },
  });
  if (answer.status === 412) return false;
  if (answer.status < 200 || answer.status >= 300) throw refusal(store, answer);
  return true;
}

export type StoredObject = { readonly text: string; readonly lockedUntil: Date | null };
/** @returns null when there is none of that name */
export async function readObject(store: ObjectStore, key: string): Promise<StoredObject | null> {
  const answer = await ask(store, { method: 'GET', key, mostBytes: longestNote });
  if (answer.status === 404 && codeOf(answer) !== 'NoSuchBucket') return null;
  if (answer.status !== 200) throw refusal(store, answer);
  const until = answer.headers.get('x-amz-object-lock-retain-until-date');
  const isLocked = answer.headers.has('x-amz-object-lock-mode') && until !== undefined && !Number.isNaN(Date.parse(until));
  return { text: answer.body.toString('utf8'), lockedUntil: isLocked ? new Date(until) : null };
}

/** Names that begin so and stand after another, in their order: one page of them. */
export async function listNames(
  store: ObjectStore,
  prefix: string,
  after: string,
): Promise<{ readonly names: readonly string[]; readonly isMore: boolean }> {
  const query = { 'list-type': '2', 'max-keys': String(namesOfPage), prefix, 'start-after': after };
  const answer = await ask(store, { method: 'GET', query });
  if (answer.status !== 200) throw refusal(store, answer);
  const text = answer.body.toString('utf8');
  // Ours hold no character that XML writes otherwise; others are none of ours.
  const names = [...text.matchAll(/<Key>([^<]{1,2048})<\/Key>/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  return { names, isMore: /<IsTruncated>\s*true\s*</.test(text) };
}

function codeOf({ body }: OutsideAnswer): string {
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(body.subarray(0, longestNote).toString('utf8'))?.[1] ?? 'no code';
}

const meanings: Readonly<Record<string, string>> = {
  AccessDenied: 'the key may not do this there',
  InvalidAccessKeyId: 'it does not know the key',
  SignatureDoesNotMatch: 'the secret is not the one of the key',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  ExpiredToken: 'the temporary key has ended',
  NoSuchBucket: 'there is no such bucket',
  InvalidRequest: 'the bucket may have been made without object lock',
  NotImplemented: 'it does not know conditions or locks',
  ConditionalRequestConflict: 'the same object was being written',
  SlowDown: 'it is asked too often',
};
/** No more of an answer than its code is told: the rest is a stranger's text. */
function refusal(store: ObjectStore, answer: OutsideAnswer) {
  const { status } = answer;
  const code = codeOf(answer);
  const otherwise =
    status >= 300 && status < 400 ? 'the bucket is in another region or behind another address' : 'nothing was kept or read';
  return storeProblems.objectStoreRefused({ host: addressOf(store).host, status, code, meaning: meanings[code] ?? otherwise });
}
