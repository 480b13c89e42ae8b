/** One OSV record → what is kept of it. */
import { type Cvss, parseCvss, severityOfScore } from '../../vulnerabilities/contract.ts';
import type { Advisory, AdvisorySeverity, AffectedPackage, AffectedRange, RangeEvent } from '../advisory.ts';
import { normalName } from '../matching/package-name.ts';
import { ecosystemOf } from '../versions/order.ts';

const mostAliases = 50;
const mostAffected = 200;
const mostRanges = 100;
const mostEvents = 2000;
const mostVersions = 20_000;
const idShape = /^[A-Za-z0-9][A-Za-z0-9._:/-]{2,119}$/;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads one record. Packages of ecosystems whose versions we cannot order are left out of `affected`.
 *
 * @param value parsed JSON from outside.
 * @returns null when it is no OSV record: no valid id, or no list of affected packages where it is not withdrawn.
 * @source OSV schema 1.7. Pure; O(record).
 */
export function readOsv(value: unknown): Advisory | null {
  const record = objectOf(value);
  const id = record === null ? null : textOf(record['id'], 120);
  if (record === null || id === null || !idShape.test(id)) return null;
  const withdrawn = textOf(record['withdrawn'], 40);
  if (!Array.isArray(record['affected']) && withdrawn === null) return null;
  const affected = listOf(record['affected']).slice(0, mostAffected).flatMap(affectedOf);
  return {
    id,
    aliases: listOf(record['aliases'])
      .flatMap((alias) => textOf(alias, 120) ?? [])
      .filter((alias) => idShape.test(alias) && alias !== id)
      .slice(0, mostAliases),
    summary: summaryOf(record),
    published: textOf(record['published'], 40),
    modified: textOf(record['modified'], 40),
    withdrawn,
    malicious: id.startsWith('MAL-'),
    ...severityOf(record, id.startsWith('MAL-')),
    cwes: cwesOf(record),
    affected: withdrawn === null ? affected : [],
  };
}

/** The summary; without one the first sentence of the details. */
function summaryOf(record: Json): string {
  const summary = textOf(record['summary'], 2000);
  if (summary !== null) return cut(oneLine(summary), 300);
  const details = oneLine(textOf(record['details'], 4000)?.replace(/^#{1,6} .*$/gm, '') ?? '');
  const sentence = /^.{20,300}?[.!?](?=\s|$)/.exec(details)?.[0];
  return cut(sentence ?? details, 300);
}
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function affectedOf(value: unknown): AffectedPackage[] {
  const entry = objectOf(value);
  const known = objectOf(entry?.['package']);
  const ecosystem = ecosystemOf(textOf(known?.['ecosystem'], 200) ?? '');
  const name = textOf(known?.['name'], 300);
  if (entry === null || ecosystem === null || name === null) return [];
  const ranges = listOf(entry['ranges']).slice(0, mostRanges).flatMap(rangeOf);
  const versions = listOf(entry['versions'])
    .flatMap((version) => textOf(version, 200) ?? [])
    .slice(0, mostVersions);
  return [{ ecosystem, name: normalName(ecosystem, name), ranges, versions }];
}

const eventKinds = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

function rangeOf(value: unknown): AffectedRange[] {
  const range = objectOf(value);
  const type = range?.['type'];
  if (range === null || (type !== 'ECOSYSTEM' && type !== 'SEMVER' && type !== 'GIT')) return [];
  const events = listOf(range['events'])
    .slice(0, mostEvents)
    .flatMap((one): RangeEvent[] => {
      const event = objectOf(one);
      return eventKinds.flatMap((kind) => {
        const version = textOf(event?.[kind], 200);
        return version === null ? [] : [{ kind, version }];
      });
    });
  return [{ of: type === 'GIT' ? 'commits' : 'versions', events }];
}

/** The newest kind of vector; else the word of the database that published it. */
function severityOf(record: Json, malicious: boolean): Pick<Advisory, 'cvssScore' | 'cvssVector' | 'severity'> {
  const ofPackages = listOf(record['affected']).flatMap((entry) => listOf(objectOf(entry)?.['severity']));
  const parsed = [...listOf(record['severity']), ...ofPackages]
    .slice(0, 50)
    .flatMap(vectorOf)
    .sort((left, right) => right.cvss.version.localeCompare(left.cvss.version));
  const cvssScore = parsed[0]?.cvss.baseScore ?? null;
  const cvssVector = parsed[0]?.vector ?? null;
  if (malicious) return { cvssScore, cvssVector, severity: 'critical' };
  const severity = cvssScore === null ? wordOf(record) : severityOfScore(cvssScore);
  return { cvssScore, cvssVector, severity };
}

function vectorOf(value: unknown): { vector: string; cvss: Cvss }[] {
  const vector = textOf(objectOf(value)?.['score'], 400);
  if (vector === null || !vector.startsWith('CVSS:')) return [];
  try {
    return [{ vector, cvss: parseCvss(vector) }];
  } catch {
    // A vector that is not valid says nothing: the advisory still counts, its score is unknown.
    return [];
  }
}

const words: ReadonlyMap<string, AdvisorySeverity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MODERATE', 'medium'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
]);
function wordOf(record: Json): AdvisorySeverity | null {
  const word = textOf(objectOf(record['database_specific'])?.['severity'], 20);
  return word === null ? null : (words.get(word.toUpperCase()) ?? null);
}

function cwesOf(record: Json): string[] {
  const named = listOf(objectOf(record['database_specific'])?.['cwe_ids']);
  return named
    .flatMap((cwe) => textOf(cwe, 20) ?? [])
    .filter((cwe) => /^CWE-\d{1,6}$/.test(cwe))
    .slice(0, 20);
}

function objectOf(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
/** PostgreSQL takes neither NUL nor half surrogates. */
function textOf(value: unknown, most: number): string | null {
  if (typeof value !== 'string' || value === '') return null;
  return value.slice(0, most).toWellFormed().replaceAll('\0', '');
}
