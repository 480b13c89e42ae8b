/** A second place behind an address: each note is sent to it, signed, and may be asked back. */
import { createHmac } from 'node:crypto';
import { problems } from '../../../contract/problem.ts';
import { namedHosts, reachOf } from '../../../platform/http/outside-hosts.ts';
import { askOutside } from '../../../platform/http/outside-request.ts';
import { readNotes } from '../tree/note-file.ts';
import { writeNote } from '../tree/signed-note.ts';
import type { AnchorPlace, FoundNote } from './place.ts';

const webhookProblems = problems('audit-logs', {
  anchorRefused: [502, 'The second place {host} answered {status}: nothing was kept or read there.'],
});

/** Without a secret the receiver has the signature of the note itself. */
export function webhookPlace(address: string, secret: string | undefined): AnchorPlace {
  const { host, origin, pathname } = new URL(address);
  // The query may hold a secret.
  return {
    name: `${origin}${pathname}`.slice(0, 200),
    kind: 'address',
    everyMs: null,
    put: async (notes) => {
      for (const note of notes) await send(address, secret, { host, note });
      return null;
    },
    read: (log, above) => ask(address, log, above),
  };
}

async function send(address: string, secret: string | undefined, { host, note }: { host: string; note: string }): Promise<void> {
  const at = String(Math.floor(Date.now() / 1000));
  const signature =
    secret === undefined ? {} : { 'x-aispm-signature': `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${note}`).digest('hex')}` };
  const { status } = await askOutside(address, {
    reach: reachOf(address, namedHosts()),
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8', ...signature },
    body: note,
    cut: true,
  });
  if (status < 200 || status >= 300) throw webhookProblems.anchorRefused({ host, status });
}

/** A place that answers the notes it keeps, as a file of notes, can be compared with; another one is only told. */
async function ask(address: string, log: string, above: number): Promise<readonly FoundNote[] | null> {
  const url = new URL(address);
  url.searchParams.set('origin', log);
  url.searchParams.set('above', String(above));
  const { status, headers, body } = await askOutside(url.href, {
    reach: reachOf(address, namedHosts()),
    headers: { accept: 'text/plain' },
  });
  if (status >= 500) throw webhookProblems.anchorRefused({ host: url.host, status });
  if (status !== 200 || headers.get('content-type')?.startsWith('text/plain') !== true) return null;
  return readNotes(body.toString('utf8'))
    .notes.filter(({ checkpoint }) => checkpoint.origin === log && checkpoint.size > above)
    .map((note) => ({ origin: log, size: note.checkpoint.size, note: writeNote(note) }))
    .toSorted((left, right) => right.size - left.size);
}
