/** The product door of the imported advisories. */
import { Readable } from 'node:stream';
import { audit } from '../../platform/audit.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { enqueue } from '../../platform/jobs/jobs.ts';
import {
  advisoryProblems,
  advisorySummary,
  getAdvisory,
  getImport,
  importAdvisories,
  listAdvisories,
  listImports,
  listMatches,
  lookupExploitation,
  rematchComponents,
} from './contract.ts';
import { findImport, listImportRows } from './imports/import-store.ts';
import { receiveImport } from './imports/receive-import.ts';
import { worst } from './imports/several.ts';
import { rematchJob } from './jobs.ts';
import { spansInWords } from './matching/interval-words.ts';
import { affectedOf, exploitationOf, findAdvisory, listAdvisoryRows, listMatchRows, readSummary } from './store.ts';

const listedVersions = 100;

async function detail(id: string) {
  const found = await findAdvisory(id);
  if (found === null) throw advisoryProblems.notFound({ id });
  const affected = (await affectedOf(id)).map(({ ecosystem, name, spec }) => {
    const versions = [...new Set(spec.flatMap((one) => one.versions))];
    return {
      ecosystem,
      name,
      spans: spec.flatMap(({ ranges }) => spansInWords(ranges)),
      versions: versions.slice(-listedVersions),
      versionsLeftOut: Math.max(0, versions.length - listedVersions),
    };
  });
  return { ...found.item, cwes: found.row.cwes, affected };
}

export const routes: readonly Route[] = [
  handle(listImports, (input) => listImportRows(input)),
  handle(getImport, async ({ id }) => {
    const found = await findImport(id);
    if (found === null) throw advisoryProblems.noSuchImport({ id });
    return found;
  }),
  handle(
    importAdvisories,
    async ({ name }, context) => {
      const row = await receiveImport(context.body ?? Readable.from([]), name, context);
      audit.subject({ type: 'advisories', id: row.id });
      audit.change({ after: { kind: row.kind, name: row.name, sha256: row.sha256, records: row.expected } });
      return row;
    },
    { transaction: 'none' },
  ),
  handle(advisorySummary, () => readSummary()),
  handle(listAdvisories, ({ cursor, limit, page, per_page, ...filter }) => listAdvisoryRows(filter, { cursor, limit, page, per_page })),
  handle(getAdvisory, ({ id }) => detail(id)),
  handle(listMatches, ({ cursor, limit, page, per_page, asset_id, ...filter }) =>
    listMatchRows({ ...filter, assetId: asset_id }, { cursor, limit, page, per_page }),
  ),
  handle(rematchComponents, async () => ({ jobId: await enqueue(rematchJob, {}) })),
  handle(lookupExploitation, async ({ cves }) => {
    const book = await exploitationOf(cves);
    return { found: cves.map((cve) => ({ cve, ...worst([cve], book) })) };
  }),
];
