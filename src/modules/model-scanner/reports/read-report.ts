/** Earlier results read back: our own JSON report or a SARIF log of this scanner. They are files like any other: nothing in them is trusted. */
import { problems } from '../../../contract/problem.ts';
import { severityOrder, verdictOrder } from '../engine/verdict.ts';
import type { KnownFile, KnownFinding, KnownScan } from './compare.ts';

export const reportProblems = problems('scan-report', {
  notJson: [422, '{name} is not JSON.'],
  notReport: [422, '{name} is neither a JSON report of ai-spm nor a SARIF log of it.'],
  fewFingerprints: [422, '{name} has results without the fingerprint aiSpmFinding/v1: it was not written by ai-spm.'],
});

const fingerprintKey = 'aiSpmFinding/v1';

/**
 * @param text content of the file; `name` stands in the sentence of a problem.
 * @throws scan-report.notJson, scan-report.notReport, scan-report.fewFingerprints.
 */
export function readReport(text: string, name: string): KnownScan {
  const root = record(parsed(text, name));
  if (root?.['report'] === 'ai-spm-scan') return fromJson(root);
  const runs = list(root?.['runs']);
  if (root?.['version'] !== '2.1.0' || runs === null) throw reportProblems.notReport({ name });
  return fromSarif(runs.map(record), name);
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw reportProblems.notJson({ name }, { cause });
  }
}

function fromJson(root: Readonly<Record<string, unknown>>): KnownScan {
  const findings = (list(root['findings']) ?? []).map(record).map(
    (row): KnownFinding => ({
      fingerprint: word(row?.['fingerprint']),
      ruleId: word(row?.['ruleId']),
      path: word(row?.['path']),
      title: word(row?.['title']),
      severity: severityOf(row?.['severity']),
    }),
  );
  const files = (list(root['files']) ?? [])
    .map(record)
    .map((row): KnownFile => ({ path: word(row?.['path']), verdict: verdictFrom(row?.['verdict']) }));
  return { findings, files, verdict: verdictFrom(root['verdict']), rulesVersion: word(root['rulesVersion']) || null };
}

type Row = Readonly<Record<string, unknown>> | null;

function fromSarif(runs: readonly Row[], name: string): KnownScan {
  const results = runs.flatMap((run) => list(run?.['results']) ?? []).map(record);
  // What was already gone when the baseline was written is not part of it.
  const present = results.filter((result) => result?.['baselineState'] !== 'absent');
  const findings = present.map(sarifFinding);
  if (findings.some(({ fingerprint }) => fingerprint === '')) throw reportProblems.fewFingerprints({ name });
  const driver = record(record(runs[0]?.['tool'])?.['driver']);
  const rules = /\+rules\.([0-9a-f]+)$/.exec(word(driver?.['version']));
  return { findings, files: null, verdict: null, rulesVersion: rules?.[1] ?? null };
}

function sarifFinding(result: Row): KnownFinding {
  const place = record(record(list(result?.['locations'])?.[0])?.['physicalLocation']);
  const properties = record(result?.['properties']);
  const uri = word(record(place?.['artifactLocation'])?.['uri']);
  return {
    fingerprint: word(record(result?.['partialFingerprints'])?.[fingerprintKey]),
    ruleId: word(result?.['ruleId']),
    path: decoded(uri),
    title: word(properties?.['title']) || word(record(result?.['message'])?.['text']),
    severity: severityOf(properties?.['severity']),
  };
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    // Not a text we wrote: shown as it stands.
    return uri;
  }
}

function record(value: unknown): Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

function list(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 5000) : '';
}

function severityOf(value: unknown): KnownFinding['severity'] {
  return severityOrder.find((known) => known === value) ?? 'informational';
}

function verdictFrom(value: unknown): KnownFile['verdict'] {
  return verdictOrder.find((known) => known === value) ?? null;
}
