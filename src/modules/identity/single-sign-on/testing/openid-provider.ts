/** For tests: an OpenID provider on loopback whose tokens say whatever a test wants, true or not. */
import { createHash, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

type Owner = { after(work: () => Promise<void> | void): void };
export type Answered = {
  /** Claims of the ID token on top of the right ones; undefined takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** In place of a signature by the key that stands in the key set. */
  readonly signedBy?: 'stranger' | 'nobody' | 'client-secret';
};
export type CrookedProvider = {
  readonly issuer: string;
  readonly seen: string[];
  /** What the person it signs in is told about; the code for it. */
  answer(asked: URL, answered?: Answered): Promise<string>;
  rotateKeys(): Promise<void>;
  logoutToken(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
  person: Record<string, unknown>;
  emails: unknown;
  /** Serves many tenants: its description, below /common, leaves open which; of whom its key says it is. */
  tenants: { template: string; keyIssuer: string | undefined } | null;
};
export const clientId = 'ai-spm';
export const clientSecret = 'a secret only the provider and we know';

type Keys = { readonly id: string; readonly privateKey: CryptoKey | KeyObject; readonly publicKey: CryptoKey | KeyObject };
let made = 0;
async function newKeys(): Promise<Keys> {
  made += 1;
  return { id: `key-${made}`, ...(await generateKeyPair('ES256', { extractable: true })) };
}

export async function crookedProvider(owner: Owner): Promise<CrookedProvider> {
  const codes = new Map<string, { challenge: string; token: string | undefined }>();
  const seen: string[] = [];
  const stranger = await newKeys();
  let keys = await newKeys();
  const provider: Pick<CrookedProvider, 'person' | 'emails' | 'tenants'> = { person: {}, emails: [], tenants: null };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://own.invalid');
    seen.push(`${request.method} ${pathname}`);
    const send = (body: unknown, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (pathname === '/.well-known/openid-configuration') send(metadata());
    else if (pathname === '/common/.well-known/openid-configuration' && provider.tenants !== null)
      send({ ...metadata(), issuer: provider.tenants.template });
    else if (pathname === '/keys')
      void exportJWK(keys.publicKey).then((key) =>
        send({ keys: [{ ...key, kid: keys.id, alg: 'ES256', use: 'sig', issuer: provider.tenants?.keyIssuer }] }),
      );
    else if (pathname === '/user') send(provider.person);
    else if (pathname === '/emails') send(provider.emails);
    else if (pathname === '/token') void bodyOf(request).then((form) => exchange(form, send));
    else if (pathname === '/redirect') response.writeHead(302, { location: '/keys' }).end();
    else send({ error: 'not_found' }, 404);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const metadata = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/user`,
    end_session_endpoint: `${issuer}/leave`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    authorization_response_iss_parameter_supported: true,
  });
  const exchange = (form: URLSearchParams, send: (body: unknown, status?: number) => void): void => {
    const known = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const proved = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (known === undefined || known.challenge !== proved) send({ error: 'invalid_grant' }, 400);
    else send({ access_token: 'an access token', token_type: 'Bearer', expires_in: 60, id_token: known.token });
  };
  const sign = (claims: Readonly<Record<string, unknown>>, { signedBy }: Answered, header: Readonly<Record<string, unknown>> = {}) => {
    if (signedBy === 'nobody') return Promise.resolve(`${base64({ alg: 'none', typ: 'JWT' })}.${base64(claims)}.`);
    if (signedBy === 'client-secret')
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', ...header }).sign(new TextEncoder().encode(clientSecret));
    const key = signedBy === 'stranger' ? stranger : keys;
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: keys.id, ...header }).sign(key.privateKey);
  };
  const now = () => Math.floor(Date.now() / 1000);
  return Object.assign(provider, {
    issuer,
    seen,
    async answer(asked: URL, answered: Answered = {}) {
      const given = asked.searchParams;
      const right = { iss: issuer, aud: clientId, sub: 'person-1', nonce: given.get('nonce'), iat: now(), exp: now() + 300 };
      const claims = { ...right, email: 'grace@example.org', email_verified: true, name: 'Grace', ...answered.claims };
      const code = `code-${codes.size}-${Math.random()}`;
      codes.set(code, {
        challenge: given.get('code_challenge') ?? '',
        token: given.has('nonce') ? await sign(claims, answered) : undefined,
      });
      return code;
    },
    async rotateKeys() {
      keys = await newKeys();
    },
    logoutToken: (claims: Readonly<Record<string, unknown>>, header: Readonly<Record<string, unknown>> = {}) =>
      sign(
        {
          iss: issuer,
          aud: clientId,
          iat: now(),
          exp: now() + 120,
          jti: `token-${Math.random()}`,
          events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
          ...claims,
        },
        {},
        { typ: 'logout+jwt', ...header },
      ),
  });
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function bodyOf(request: AsyncIterable<Buffer>): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
