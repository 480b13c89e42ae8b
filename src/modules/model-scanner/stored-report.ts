/** Reports of a stored scan, streamed page by page. */
import type { Context } from '../../contract/actor.ts';
import { transaction } from '../../platform/database/database.ts';
import type { FileAnswer } from '../../platform/http/handle.ts';
import type { Scan, ScanFinding } from './contract.ts';
import { sarifReport } from './reports/sarif.ts';
import { listFileRows, listFindingRows } from './store.ts';

const pageRows = 500;

export function storedReport(scan: Scan, format: 'sarif' | 'json', context: Context): FileAnswer {
  const name = `scan-${scan.id}.${format === 'sarif' ? 'sarif' : 'json'}`;
  return {
    name,
    mediaType: format === 'sarif' ? 'application/sarif+json' : 'application/json',
    body: format === 'sarif' ? sarif(scan, context) : json(scan, context),
  };
}

async function* json(scan: Scan, context: Context): AsyncGenerator<string> {
  yield `{"scan":${JSON.stringify(scan)},"files":[`;
  let first = true;
  for await (const file of files(scan.id, context)) {
    yield `${first ? '' : ','}${JSON.stringify(file)}`;
    first = false;
  }
  yield '],"findings":[';
  first = true;
  for await (const finding of findings(scan.id, context)) {
    yield `${first ? '' : ','}${JSON.stringify(finding)}`;
    first = false;
  }
  yield ']}';
}

/** SARIF is one document with rules first, so its findings are gathered; a scan's findings are bounded by the engine. */
async function* sarif(scan: Scan, context: Context): AsyncGenerator<string> {
  const all: ScanFinding[] = [];
  for await (const finding of findings(scan.id, context)) all.push(finding);
  const unread = [];
  for await (const file of files(scan.id, context)) unread.push(...file.unread);
  yield JSON.stringify(
    sarifReport({
      root: scan.path,
      findings: all,
      unread,
      engineVersion: scan.engineVersion ?? 'unknown',
      rulesVersion: scan.rulesVersion ?? 'unknown',
    }),
  );
}

async function* findings(scanId: string, context: Context) {
  for (let after: string | undefined, more = true; more; ) {
    const page = await transaction(context, () => listFindingRows({ scanId }, { after, limit: pageRows }), { readOnly: true });
    yield* page.items;
    after = page.nextCursor ?? undefined;
    more = page.nextCursor !== null;
  }
}

async function* files(scanId: string, context: Context) {
  for (let after: string | undefined, more = true; more; ) {
    const page = await transaction(context, () => listFileRows(scanId, { after, limit: pageRows }), { readOnly: true });
    yield* page.items;
    after = page.nextCursor ?? undefined;
    more = page.nextCursor !== null;
  }
}
