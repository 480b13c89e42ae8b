/** The live stream as a browser reads it. */
import type { Person } from './person.ts';

export type LiveEvents = { readonly seen: { seq: number; type: string; data: unknown }[]; stop(): void };

export async function listenLive(url: string, person: Person, after?: number): Promise<LiveEvents> {
  const stop = new AbortController();
  const answer = await fetch(`${url}/api/events`, {
    headers: {
      cookie: person.cookieHeader(),
      accept: 'text/event-stream',
      ...(after === undefined ? {} : { 'last-event-id': String(after) }),
    },
    signal: stop.signal,
  });
  if (answer.status !== 200 || answer.body === null) throw new TypeError(`/api/events answered ${answer.status}`);
  const seen: LiveEvents['seen'] = [];
  void read(answer.body, seen).catch(() => {});
  return { seen, stop: () => stop.abort() };
}

async function read(body: ReadableStream<Uint8Array>, seen: LiveEvents['seen']): Promise<void> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      text = text.slice(end + 2);
      const type = fields.get('event') ?? '';
      if (type.includes('.')) seen.push({ seq: Number(fields.get('id')), type, data: JSON.parse(fields.get('data') ?? 'null') });
    }
  }
}
