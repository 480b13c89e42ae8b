/** Import and matching against their bars: 250,000 records in 60 CPU seconds, 5,000 components in one second. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Advisory } from './advisory.ts';
import { Intake } from './imports/intake.ts';
import { readOsv } from './imports/osv.ts';
import { advisoryIndex, matchComponent } from './matching/match.ts';
import { zipOf } from './test-archive.ts';

const records = 250_000;
/** One archive of a tenth, read ten times: the archive itself is not what is measured. */
const inArchive = 25_000;
const components = 5000;
const packages = 40_000;

/** As large as the mean record of a real export: some 1.8 KB. */
function osvText(at: number): string {
  const versions = Array.from({ length: 30 }, (_, index) => `1.${index}.${at % 7}`);
  return JSON.stringify({
    id: `PYSEC-2024-${at}`,
    modified: '2024-05-01T00:00:00Z',
    published: '2024-04-01T00:00:00Z',
    aliases: [`CVE-2024-${10_000 + at}`, `GHSA-${at}`],
    summary: `Something about package ${at}`,
    details: 'A sentence that says what happens when it is called with something that it does not expect. '.repeat(8),
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N' }],
    affected: [
      {
        package: { ecosystem: 'PyPI', name: `package-${at % packages}` },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: `1.${at % 40}.3` }] }],
        versions,
      },
    ],
    references: [{ type: 'WEB', url: `https://example.org/${at}` }],
  });
}

function archive(): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'advisories-bench-'));
  const path = join(folder, 'all.zip');
  writeFileSync(path, zipOf(Array.from({ length: inArchive }, (_, at) => [`${at}.json`, osvText(at)] as const)));
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function readAll(): Promise<number> {
  const { path, remove } = archive();
  try {
    const before = process.cpuUsage();
    for (let turn = 0; turn < records / inArchive; turn++) {
      const intake = new Intake(path);
      for (let from = 0; from < intake.opened.count; from += 2000) intake.read(from, 2000);
      intake.close();
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  } finally {
    remove();
  }
}

function matchAll(): number {
  const advisories: Advisory[] = [];
  for (let at = 0; at < records; at++) {
    const advisory = readOsv(JSON.parse(osvText(at)));
    if (advisory !== null) advisories.push(advisory);
  }
  const index = advisoryIndex(advisories);
  const startedAt = performance.now();
  for (let at = 0; at < components; at++)
    matchComponent(index, { ecosystem: 'PyPI', name: `package-${at * 7}`, version: `1.${at % 40}.1`, requirement: null, origin: null });
  return (performance.now() - startedAt) / 1000;
}

export const benches = [
  { name: 'advisories: 250,000 OSV records read from archives', bar: 60, unit: 'CPU s', run: readAll },
  { name: 'advisories: 5,000 components against 250,000 records', bar: 1, unit: 's', run: async () => matchAll() },
];
