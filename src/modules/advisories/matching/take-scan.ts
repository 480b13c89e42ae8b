/** What a finished scan says about packages replaces what earlier scans said about the same files. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { getScan, listScanComponents, listScanFiles, type Scan, type ScanComponent } from '../../model-scanner/contract.ts';
import { ecosystemOf } from '../versions/order.ts';
import { type ComponentDraft, forgetComponents, forgetComponentsUnder, insertComponents } from './component-store.ts';
import { normalName } from './package-name.ts';

const pageRows = 500;

/** @returns the path that was scanned. Safe to run again. */
export async function takeScan(scanId: string, context: Context): Promise<string> {
  const scan = await transaction(context, () => call(getScan, { id: scanId }), { readOnly: true });
  const drafts = await componentsOf(scan, context);
  const { read, unread } = await filesOf(scan, context);
  await transaction(context, async () => {
    // Only what was read to the end is known to have changed; a file that was not keeps what it said before.
    await forgetComponents(read);
    if (unread.length === 0 && scan.unreadCount === 0) await forgetComponentsUnder(scan.path, read);
    const whole = new Set(unread);
    const fresh = drafts.filter(({ path }) => !whole.has(path));
    for (let at = 0; at < fresh.length; at += pageRows) await insertComponents(fresh.slice(at, at + pageRows));
  });
  return scan.path;
}

async function componentsOf(scan: Scan, context: Context): Promise<ComponentDraft[]> {
  const drafts: ComponentDraft[] = [];
  for await (const one of pages(scan.id, (asked) => call(listScanComponents, asked), context)) drafts.push(draftOf(one, scan));
  return drafts;
}

function draftOf(
  { path, assetId, ecosystem, name, version, requirement, origin, relation, purl, place }: ScanComponent,
  scan: Scan,
): ComponentDraft {
  const known = ecosystemOf(ecosystem);
  return {
    assetId,
    scanId: scan.id,
    path: absolutePath(scan.path, clean(path)),
    ecosystem,
    name: clean(known === null ? name : normalName(known, name)),
    version: version === null ? null : clean(version),
    requirement: requirement === null ? null : clean(requirement),
    origin: origin === null ? null : clean(origin),
    relation,
    purl: clean(purl),
    place: clean(place),
  };
}

async function filesOf(scan: Scan, context: Context): Promise<{ read: string[]; unread: string[] }> {
  const read: string[] = [];
  const missed: string[] = [];
  for await (const { path, unread } of pages(scan.id, (asked) => call(listScanFiles, asked), context))
    (unread.length === 0 ? read : missed).push(absolutePath(scan.path, clean(path)));
  return { read, unread: missed };
}

type Asked = { readonly id: string; readonly limit: number; readonly cursor?: string };
type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

async function* pages<T>(id: string, ask: (input: Asked) => Promise<Page<T>>, context: Context): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const asked: Asked = { id, limit: pageRows, ...(cursor === undefined ? {} : { cursor }) };
    const page = await transaction(context, () => ask(asked), { readOnly: true });
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** `/models` and `a/b.txt` → `/models/a/b.txt`; '' is the scanned file itself. */
function absolutePath(root: string, path: string): string {
  if (path === '' || path === '.') return root;
  return root.endsWith('/') ? `${root}${path}` : `${root}/${path}`;
}

/** Text of scanned files is hostile: PostgreSQL takes neither NUL nor half surrogates. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u2400');
}
