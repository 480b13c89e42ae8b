/** SARIF 2.1.0: one rule for each rule id, one result for each finding, a notification for each unread part. */
import { pathToFileURL } from 'node:url';
import type { Severity } from '../../../contract/severity.ts';
import type { ScanFinding, ScanResult } from '../contract.ts';
import { detectors } from '../detectors.generated.ts';
import type { Detector } from '../engine/detector.ts';
import { escapeText } from '../engine/quote.ts';

export type SarifInput = {
  /** Absolute path that the file paths of findings are relative to. */
  readonly root: string;
  readonly findings: readonly ScanFinding[];
  readonly unread: ScanResult['unread'];
  readonly engineVersion: string;
  readonly rulesVersion: string;
};

/** A SARIF log: plain data, ready for JSON. */
export type SarifLog = { readonly $schema: string; readonly version: '2.1.0'; readonly runs: readonly Readonly<Record<string, unknown>>[] };

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  informational: 'note',
};
/** Numbers that code hosts sort by: the middle of the CVSS band of the same name. */
const securitySeverity: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.5',
  informational: '0.0',
};

/**
 * @returns one SARIF log with one run. Same input, same output: no time stamps.
 * @source OASIS SARIF 2.1.0 (errata 01), sections 3.14, 3.27, 3.30, 3.49.
 */
export function sarifReport({ root, findings, unread, engineVersion, rulesVersion }: SarifInput): SarifLog {
  const rules = detectors.filter(({ id }) => findings.some(({ ruleId }) => ruleId === id));
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'ai-spm',
            semanticVersion: engineVersion,
            version: `${engineVersion}+rules.${rulesVersion}`,
            rules: rules.map(sarifRule),
          },
        },
        originalUriBaseIds: { SCANROOT: { uri: folderUri(root) } },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: unread.map(notification) }],
        results: findings.map((finding) => sarifResult(finding, indexes.get(finding.ruleId), root)),
      },
    ],
  };
}

function sarifRule({ id, title, severity, references, remedy, axis }: Detector): Readonly<Record<string, unknown>> {
  return {
    id,
    shortDescription: { text: `${title}.` },
    fullDescription: { text: `${title}. ${remedy}` },
    help: { text: remedy },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: ['security', axis, ...references], 'security-severity': securitySeverity[severity] },
  };
}

function sarifResult(finding: ScanFinding, ruleIndex: number | undefined, root: string): Readonly<Record<string, unknown>> {
  const { ruleId, severity, why, title, evidence, fingerprint, axis, effect, certainty, references } = finding;
  return {
    ruleId,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    kind: severity === 'informational' ? 'informational' : 'fail',
    level: severity === 'informational' ? 'none' : levels[severity],
    message: { text: escapeText(why === '' ? title : why) },
    locations: [location(finding, root)],
    partialFingerprints: { 'aiSpmFinding/v1': fingerprint },
    properties: {
      severity,
      axis,
      ...(effect === undefined ? {} : { effect }),
      certainty,
      evidence: escapeText(evidence),
      tags: references,
    },
  };
}

/** Byte offsets of nested streams are not offsets of the file: those stand in the logical location instead. */
function location({ path, where }: ScanFinding, root: string): Readonly<Record<string, unknown>> {
  const inner = where.containerPath.slice(1);
  const nested = inner.length > 0;
  const region = regionOf(where, nested);
  const printed = [...where.containerPath].join('!') + (where.offset === null ? '' : `@0x${where.offset.toString(16)}`);
  return {
    physicalLocation: { artifactLocation: { uri: fileUri(path, root), uriBaseId: 'SCANROOT' }, ...(region ? { region } : {}) },
    logicalLocations: [
      { fullyQualifiedName: escapeText(printed), kind: 'member', ...(nested ? { name: escapeText(inner.at(-1) ?? '') } : {}) },
    ],
  };
}

function regionOf({ offset, length, line }: ScanFinding['where'], nested: boolean): Readonly<Record<string, unknown>> | null {
  if (nested) return null;
  if (line !== undefined) return { startLine: line };
  return offset === null ? null : { byteOffset: offset, byteLength: length ?? 0 };
}

function notification({ path, reason, detail }: ScanResult['unread'][number]): Readonly<Record<string, unknown>> {
  return {
    level: 'warning',
    descriptor: { id: `unread-${reason}` },
    message: { text: escapeText(`Not read (${reason}): ${detail}`) },
    locations: [{ physicalLocation: { artifactLocation: { uri: relativeUri(path), uriBaseId: 'SCANROOT' } } }],
  };
}

function folderUri(root: string): string {
  const uri = pathToFileURL(root).href;
  return uri.endsWith('/') ? uri : `${uri}/`;
}

function fileUri(path: string, root: string): string {
  return path === '' ? relativeUri(root.slice(root.lastIndexOf('/') + 1)) : relativeUri(path);
}

function relativeUri(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
