/** One platform as the command line sees it: requests with the saved session's cookies. */

import { addressOf, request } from '../../client/request.ts';
import type { Endpoint } from '../../contract/endpoint.ts';
import { problems } from '../../contract/problem.ts';
import { commandLineKey } from '../../platform/config.ts';
import { readSession, type SavedSession, saveSession } from './session-file.ts';

export const cliProblems = problems('cli', {
  notSignedIn: [401, 'Sign in first: ai-spm login --url http://localhost:5000, or set AI_SPM_KEY to an API key'],
  notText: [422, '{option} must be JSON: {reason}'],
});

export const defaultUrl = 'http://localhost:5000';

/** The session, or one without sign-in for the address given. */
export function sessionFor(url: string | undefined): SavedSession {
  const saved = readSession();
  if (saved !== null && (url === undefined || sameOrigin(saved.url, url))) return saved;
  return { url: url ?? defaultUrl, cookies: {} };
}

function sameOrigin(left: string, right: string): boolean {
  return new URL(left).origin === new URL(right).origin;
}

/** Asks and keeps the cookies that come back. */
export async function askRemote(session: SavedSession, endpoint: Endpoint, input: unknown, body?: Blob): Promise<unknown> {
  return request(endpoint, input, { fetch: fetchFor(session), cookies: cookieText(session), body });
}

/** Streams a 'file' answer. */
export async function downloadRemote(
  session: SavedSession,
  endpoint: Endpoint,
  input: unknown,
): Promise<ReadableStream<Uint8Array> | null> {
  const { url } = addressOf(endpoint, input);
  const answer = await fetchFor(session)(url, { method: endpoint.method });
  if (!answer.ok) {
    const { problemFrom } = await import('../../client/client-problem.ts');
    throw await problemFrom(answer, '');
  }
  return answer.body;
}

function fetchFor(session: SavedSession): typeof fetch {
  return async (path, init) => {
    const headers = new Headers(init?.headers);
    const key = commandLineKey();
    // A pipeline has no session: it shows its key. A session beside it would only confuse who acts.
    if (key !== null) headers.set('authorization', `Bearer ${key}`);
    else if (Object.keys(session.cookies).length > 0) headers.set('cookie', cookieText(session));
    const answer = await fetch(new URL(String(path), session.url), { ...init, headers });
    const before = JSON.stringify(session.cookies);
    for (const line of answer.headers.getSetCookie()) keepCookie(session, line);
    if (JSON.stringify(session.cookies) !== before) saveSession(session);
    return answer;
  };
}

function cookieText({ cookies }: SavedSession): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}

function keepCookie(session: SavedSession, line: string): void {
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  const name = pair.slice(0, at);
  const value = pair.slice(at + 1);
  if (value === '' || /max-age=0/i.test(line)) delete session.cookies[name];
  else session.cookies[name] = value;
}
