/** A person with a browser's manners: keeps cookies, sends the CSRF token, says where it comes from. */
import { z } from 'zod';

export type Answer = { readonly status: number; readonly body: unknown; readonly headers: Headers };

export class Person {
  readonly url: string;
  /** When known, sensitive changes that want a fresh proof get one. */
  password: string | null = null;
  readonly #cookies = new Map<string, string>();

  /** An API key or access token that is shown instead of a session. */
  readonly #bearer: string | undefined;

  constructor(url: string, bearer?: string) {
    this.url = url;
    this.#bearer = bearer;
  }

  async ask(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const answer = await this.#ask(method, path, body, headers);
    if (this.password === null || answer.status !== 403 || !JSON.stringify(answer.body).includes('request.stepUpNeeded')) return answer;
    await this.#ask('POST', '/api/session/verify', { password: this.password }, {});
    return this.#ask(method, path, body, headers);
  }

  async #ask(method: string, path: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const csrf = this.#cookies.get('aispm_csrf');
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.#cookies.size > 0 ? { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
        ...(csrf !== undefined && method !== 'GET' ? { 'x-csrf-token': decodeURIComponent(csrf) } : {}),
        ...(this.#bearer === undefined ? {} : { authorization: `Bearer ${this.#bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body) }),
    });
    this.#keep(answer.headers);
    const text = await answer.text();
    return { status: answer.status, body: parsed(text), headers: answer.headers };
  }

  /** Sends bytes, as an upload does. */
  send(method: string, path: string, bytes: Buffer | string): Promise<Answer> {
    return this.ask(method, path, new Blob([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)]), {
      'content-type': 'application/octet-stream',
    });
  }

  /** Asks and insists on the answer's shape and on success. */
  async must<T extends z.ZodType>(schema: T, method: string, path: string, body?: unknown): Promise<z.output<T>> {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 400) throw new TypeError(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return schema.parse(answer.body);
  }

  cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line) || value === '') this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), value);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Does it for each of the list, eight at a time: the platform answers several people with a third less work than one after the other. */
export async function forEachAtOnce<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...list];
  const lane = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** Registers the first person of an installation, who becomes admin. */
export async function registerAdmin(url: string): Promise<Person> {
  const person = new Person(url);
  const password = 'a long quiet sentence 71';
  await person.must(z.unknown(), 'POST', '/api/register', { email: 'admin@example.com', name: 'Ada Admin', password });
  person.password = password;
  return person;
}

/** Asks again until the answer fits, or the time is up; more seldom the longer it takes, because every question costs the other side too. */
export async function until<T>(what: string, look: () => Promise<T | null>, mostMs = 120_000): Promise<T> {
  const deadline = Date.now() + mostMs;
  for (let restMs = 50; ; restMs = Math.min(400, restMs * 1.3)) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new TypeError(`Waited ${mostMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, restMs));
  }
}
