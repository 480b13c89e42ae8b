/**
 * For tests: an object store on this machine that checks every signature by itself, after the published algorithm, and keeps what is locked.
 * @source Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)"
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
/** As the algorithm encodes: everything but letters, digits and - . _ ~ */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

export type SignedParts = {
  readonly method: string;
  /** Path and query as they stand in the request. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  readonly region: string;
  readonly secret: string;
};
export function signatureOf({ method, target, headers, signedHeaders, region, secret }: SignedParts): string {
  const [path = '', query = ''] = target.split('?');
  const canonicalQuery = [...new URLSearchParams(query)]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const canonical = [
    method,
    path,
    canonicalQuery,
    ...signedHeaders.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const moment = headers['x-amz-date'] ?? '';
  const day = moment.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secret}`, day), region));
  return hmac(key, ['AWS4-HMAC-SHA256', moment, scope, sha256(canonical)].join('\n')).toString('hex');
}

type Stored = { readonly body: string; readonly lock: { readonly mode: string; readonly until: string } | null };
export type Answer = { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };

export class TestObjectStore {
  readonly key = { id: 'TESTKEY', secret: 'a-secret-of-some-length' };
  readonly region = 'eu-central-1';
  readonly bucket = 'anchors';
  readonly objects = new Map<string, Stored>();
  readonly asked: string[] = [];
  /** Some stores know none, and write over what is there. */
  knowsConditions = true;
  /** Instead of doing what was asked; 'silent' never answers. Null: it does it. */
  fault: (request: IncomingMessage) => Answer | 'silent' | null = () => null;
  readonly #server: Server = createServer((request, reply) => void this.#take(request, reply));

  async open(t: { after(close: () => Promise<void>): void }): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    t.after(() => this.close());
    return this;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** With the bucket in the path: this machine has no name for it. */
  get settings(): Readonly<Record<string, string>> {
    return {
      AUDIT_ANCHOR_S3_BUCKET: this.bucket,
      AUDIT_ANCHOR_S3_ENDPOINT: `http://${this.host}`,
      AUDIT_ANCHOR_S3_REGION: this.region,
      AUDIT_ANCHOR_S3_PATH_STYLE: 'true',
      AUDIT_ANCHOR_S3_ACCESS_KEY_ID: this.key.id,
      AUDIT_ANCHOR_S3_SECRET_ACCESS_KEY: this.key.secret,
      OUTBOUND_HOSTS: this.host,
    };
  }

  async #take(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    this.asked.push(`${request.method} ${request.url}`);
    const answer = this.fault(request) ?? this.#defect(request, body) ?? this.#done(request, body.toString('utf8'));
    if (answer === 'silent') return;
    reply.writeHead(answer.status, answer.headers);
    reply.end(answer.body ?? '');
  }

  #defect(request: IncomingMessage, body: Buffer): Answer | null {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const form = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
    const [, id, scope, names = '', signature] = form.exec(headers['authorization'] ?? '') ?? [];
    const moment = headers['x-amz-date'] ?? '';
    if (id !== this.key.id) return refusal(403, 'InvalidAccessKeyId');
    if (scope !== `${moment.slice(0, 8)}/${this.region}/s3/aws4_request`) return refusal(400, 'AuthorizationHeaderMalformed');
    const iso = moment.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
    if (!(Math.abs(Date.now() - Date.parse(iso)) < 15 * 60_000)) return refusal(403, 'RequestTimeTooSkewed');
    const signedHeaders = names.split(';');
    const mustBeSigned = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
    if (!mustBeSigned.every((name) => signedHeaders.includes(name))) return refusal(403, 'AccessDenied');
    const { method = '', url = '' } = request;
    if (signatureOf({ method, target: url, headers, signedHeaders, region: this.region, secret: this.key.secret }) !== signature)
      return refusal(403, 'SignatureDoesNotMatch');
    if (sha256(body) !== headers['x-amz-content-sha256']) return refusal(400, 'XAmzContentSHA256Mismatch');
    const md5 = headers['content-md5'];
    if (md5 !== undefined && createHash('md5').update(body).digest('base64') !== md5) return refusal(400, 'BadDigest');
    return 'x-amz-object-lock-mode' in headers && md5 === undefined ? refusal(400, 'InvalidRequest') : null;
  }

  #done({ method, url = '', headers }: IncomingMessage, body: string): Answer {
    const { pathname, searchParams } = new URL(url, 'http://store');
    if (!pathname.startsWith(`/${this.bucket}/`)) return refusal(404, 'NoSuchBucket');
    const name = pathname.slice(this.bucket.length + 2);
    if (method === 'GET' && name === '') return this.#list(searchParams);
    const stored = this.objects.get(name);
    if (method === 'GET') {
      if (stored === undefined) return refusal(404, 'NoSuchKey');
      const { lock } = stored;
      return {
        status: 200,
        body: stored.body,
        headers: lock === null ? {} : { 'x-amz-object-lock-mode': lock.mode, 'x-amz-object-lock-retain-until-date': lock.until },
      };
    }
    if (this.knowsConditions && stored !== undefined && headers['if-none-match'] === '*') return refusal(412, 'PreconditionFailed');
    const [mode, until] = [headers['x-amz-object-lock-mode'], headers['x-amz-object-lock-retain-until-date']];
    this.objects.set(name, { body, lock: mode === undefined ? null : { mode: String(mode), until: String(until) } });
    return { status: 200 };
  }

  #list(asked: URLSearchParams): Answer {
    const [prefix, after, most] = [asked.get('prefix') ?? '', asked.get('start-after') ?? '', Number(asked.get('max-keys') ?? 1000)];
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix) && name > after).sort();
    const shown = names.slice(0, most).map((name) => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`);
    const body = `<?xml version="1.0"?><ListBucketResult><IsTruncated>${names.length > most}</IsTruncated>${shown.join('')}</ListBucketResult>`;
    return { status: 200, body, headers: { 'content-type': 'application/xml' } };
  }
}

export const refusal = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
});
