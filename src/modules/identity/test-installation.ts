/** For tests: an installation of its own with the doors of identity, driven as a browser would over HTTP. */

import type { Context } from '../../contract/actor.ts';
import type { Role } from '../../contract/permission.ts';
import type { AuditRecord } from '../../platform/audit.ts';
import { installAuditSink } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import type { Database } from '../../platform/database/connection.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { installTransactions } from '../../platform/http/run-route.ts';
import { createServer } from '../../platform/http/server.ts';
import { derivedKey } from '../../platform/secret.ts';
import { hashPassword, overridePasswordCost } from './account/password-hash.ts';
import { routes } from './routes.ts';
import { issueCsrf } from './sign-in/csrf.ts';
import { forgetRemembered, identify } from './sign-in/identify.ts';
import { hashSessionToken, newSessionToken } from './sign-in/session-token.ts';

type Owner = Parameters<typeof testDatabase>[0];
type Sent = {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** The fields of an HTML form, instead of JSON. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Record<string, string>;
  readonly address?: string;
};
export type Answer = {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly setCookies: readonly string[];
};

/** A browser: keeps cookies, sends the CSRF token back. */
export type Browser = {
  readonly cookies: Map<string, string>;
  send(path: string, sent?: Sent): Promise<Answer>;
};
export type Recorded = { readonly record: AuditRecord; readonly context: Context };
export type Installation = TestDatabase & {
  readonly audited: Recorded[];
  /** `over`: another pool to the same database stands for another process. */
  browser(over?: Database): Browser;
};

/** Above the cost of `person`, so that their hashes are replaced when they sign in. */
const quickCost = { logN: 6, r: 8, p: 1 };
export const goodPassword = 'lantern gravel otter 58';

export async function testInstallation(t: Owner, environment: Readonly<Record<string, string>> = {}): Promise<Installation> {
  const audited: Recorded[] = [];
  prepareProcess(audited, environment);
  t.after(async () => overridePasswordCost(null));
  // An empty value is an unset one.
  t.after(async () => overrideEnvironment(Object.fromEntries(Object.keys(environment).map((name) => [name, '']))));
  const database = await testDatabase(t);
  const app = await createServer({ door: 'product', routes: routes.map(withoutRate), identify, ready: () => true });
  t.after(() => app.close());
  const inject = (over: Database, request: object) => inDatabase(over, async () => app.inject(request));
  return { ...database, audited, browser: (over = database.database) => browserOver((request) => inject(over, request)) };
}

/** What holds for the whole process, and so has to be said again after another installation. */
function prepareProcess(audited: Recorded[], environment: Readonly<Record<string, string>>): void {
  overrideEnvironment({
    LOG_LEVEL: 'silent',
    LOG_DIR: '',
    SESSION_SECRET: 'for tests only, for tests only, 1',
    RATE_PER_MINUTE: '100000',
    REGISTRATION: 'invite',
    ...environment,
  });
  // The cost in service is proved by password.test.ts.
  overridePasswordCost(quickCost);
  installAuditSink(async (record, context) => void audited.push({ record, context }));
  forgetRemembered();
  installTransactions(transaction);
}

/**
 * One installation for all tests of a file, made empty for each: a copy of the database and a server cost more than most tests.
 * @param t of the file or its suite.
 */
export function freshInstallations(t: Owner): () => Promise<Installation> {
  let opened: Promise<Installation> | undefined;
  const releases: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const release of releases) await release();
  });
  return async () => {
    opened ??= testInstallation({ after: (release) => releases.push(release) });
    const installation = await opened;
    installation.audited.length = 0;
    await forgetEverybody(installation);
    prepareProcess(installation.audited, {});
    return installation;
  };
}

/** Migrations put no row into any table of this slice. */
async function forgetEverybody({ owner }: Installation): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'identity'",
  );
  const tables = [...rows.map(({ name }) => name), 'platform.outbox'];
  // Rows that may not be deleted may be here, as those of history.
  await owner.query(
    `begin; set local session_replication_role = replica; ${tables.map((name) => `delete from ${name}`).join('; ')}; commit`,
  );
}

/** The limits per minute are the server's business and tested there: here they would only count the tests' own requests. */
function withoutRate(route: (typeof routes)[number]): (typeof routes)[number] {
  return { ...route, endpoint: { ...route.endpoint, ratePerMinute: 1_000_000 } };
}

type Injected = { statusCode: number; body: string; headers: Readonly<Record<string, unknown>> };

function browserOver(inject: (request: object) => Promise<Injected>): Browser {
  const cookies = new Map<string, string>();
  const send = async (path: string, { method = 'GET', body, form, headers = {}, address = '192.0.2.1' }: Sent = {}): Promise<Answer> => {
    const csrf = cookies.get('aispm_csrf');
    const answer = await inject({
      method,
      url: path,
      remoteAddress: address,
      headers: {
        ...(cookies.size === 0 ? {} : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
        ...(method === 'GET' ? {} : { 'content-type': form === undefined ? 'application/json' : 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(method === 'GET' ? {} : { payload: form === undefined ? JSON.stringify(body ?? {}) : new URLSearchParams(form).toString() }),
    });
    const setCookies = [answer.headers['set-cookie'] ?? []].flat().map(String);
    for (const line of setCookies) keepCookie(cookies, line);
    return {
      status: answer.statusCode,
      body: answer.body.startsWith('{') ? JSON.parse(answer.body) : {},
      text: answer.body,
      headers: answer.headers,
      setCookies,
    };
  };
  return { cookies, send };
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const cut = pair.indexOf('=');
  if (attributes.some((attribute) => attribute === 'Max-Age=0' || attribute.startsWith('Expires=Thu, 01 Jan 1970')))
    cookies.delete(pair.slice(0, cut));
  else cookies.set(pair.slice(0, cut), decodeURIComponent(pair.slice(cut + 1)));
}

export const admin = { email: 'ada@example.org', name: 'Ada Admin', password: goodPassword };

/** Registers the first person, who becomes admin, and answers their browser. */
export async function withAdmin(installation: Installation): Promise<Browser> {
  const browser = installation.browser();
  const answer = await browser.send('/api/register', { method: 'POST', body: admin });
  if (answer.status !== 201)
    throw new TypeError(`registration of the first admin answered ${answer.status} ${JSON.stringify(answer.body)}`);
  return browser;
}

type Person = { readonly id: string; readonly email: string; readonly browser: Browser };
let people = 0;

/**
 * Puts a person straight into the database, with a session in their browser: spares the hashing that is not what is tested.
 * The password is {@link goodPassword}, hashed so cheaply that wrong guesses are quick.
 */
export async function person(installation: Installation, role: Role, workspaceId = installation.workspaceId): Promise<Person> {
  people += 1;
  const email = `person-${people}@example.org`;
  cheapHash ??= hashPassword(goodPassword, { logN: 4, r: 8, p: 1 });
  const { rows } = await installation.owner.query<{ id: string }>(
    'insert into identity.account (workspace_id, email, email_key, name, role) values ($1, $2, $2, $3, $4) returning id',
    [workspaceId, email, `Person ${people}`, role],
  );
  const id = rows[0]?.id ?? '';
  await installation.owner.query('insert into identity.credential (account_id, workspace_id, password_hash) values ($1, $2, $3)', [
    id,
    workspaceId,
    await cheapHash,
  ]);
  const browser = installation.browser();
  await startedSession(installation, { id, workspaceId, browser });
  return { id, email, browser };
}
let cheapHash: Promise<string> | undefined;

/** One more running session of a person, in this browser. */
export async function startedSession(
  { owner }: Installation,
  given: { id: string; workspaceId: string; browser: Browser },
): Promise<string> {
  const token = newSessionToken();
  const { rows } = await owner.query<{ id: string }>(
    "insert into identity.session (workspace_id, account_id, token_hash, expires_at) values ($1, $2, $3, now() + interval '12 hours') returning id",
    [given.workspaceId, given.id, hashSessionToken(token)],
  );
  const sessionId = rows[0]?.id ?? '';
  given.browser.cookies.set('aispm_session', token);
  given.browser.cookies.set('aispm_csrf', issueCsrf(sessionId, derivedKey('csrf')));
  return sessionId;
}
