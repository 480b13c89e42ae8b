/** SARIF 2.1.0: one rule for each rule id, one result for each finding, a notification for each unread part. */
import { pathToFileURL } from 'node:url';
import type { Severity } from '../../../contract/severity.ts';
import type { ScanFinding, ScanResult } from '../contract.ts';
import { detectors } from '../detectors.generated.ts';
import type { Detector } from '../engine/detector.ts';
import { escapeText } from '../engine/quote.ts';
import { packageRules } from '../scans/package-findings.ts';
import type { Comparison, KnownFinding } from './compare.ts';
import type { Suppression } from './suppress.ts';

export type SarifInput = {
  /** Absolute path that the file paths of findings are relative to. */
  readonly root: string;
  readonly findings: readonly ScanFinding[];
  readonly unread: ScanResult['unread'];
  readonly engineVersion: string;
  readonly rulesVersion: string;
  /** Findings of the list that are suppressed: they stay in the log, marked. */
  readonly held?: readonly { readonly finding: ScanFinding; readonly suppression: Suppression }[];
  /** Against an earlier result: each finding is new or unchanged, and what is gone is listed as absent. */
  readonly comparison?: Pick<Comparison<ScanFinding>, 'fresh' | 'gone'> | null;
};

/** What a log says about a rule: of a detector, or of known vulnerabilities of packages. */
type Rule = Pick<Detector, 'id' | 'title' | 'axis' | 'severity' | 'references' | 'remedy'>;

/** A SARIF log: plain data, ready for JSON. */
export type SarifLog = { readonly $schema: string; readonly version: '2.1.0'; readonly runs: readonly Readonly<Record<string, unknown>>[] };

const fingerprintKey = 'aiSpmFinding/v1';

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
 * @source OASIS SARIF 2.1.0 (errata 01), sections 3.14, 3.20, 3.27 (3.27.23 suppressions, 3.27.24 baselineState), 3.35, 3.49.
 */
export function sarifReport(input: SarifInput): SarifLog {
  const { root, findings, unread, engineVersion, rulesVersion, comparison } = input;
  const gone = comparison?.gone ?? [];
  const named = new Set([...findings, ...gone].map(({ ruleId }) => ruleId));
  const rules: Rule[] = [...detectors, ...packageRules].filter(({ id }) => named.has(id));
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const marks = marksOf(input);
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
            notifications: [...new Set(unread.map(({ reason }) => reason))].sort().map(sarifNotificationRule),
            supportedTaxonomies: taxonomies.map(({ name }) => ({ name })),
          },
        },
        taxonomies: taxonomies.map((taxonomy) => ({ ...taxonomy, taxa: taxaOf(taxonomy.name, rules) })),
        originalUriBaseIds: { SCANROOT: { uri: folderUri(root) } },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: unread.map((part) => notification(part, root)) }],
        results: [
          ...findings.map((finding) => ({ ...sarifResult(finding, indexes.get(finding.ruleId), root), ...marks(finding) })),
          ...gone.map((finding) => absentResult(finding, indexes.get(finding.ruleId), root)),
        ],
      },
    ],
  };
}

/** What is said about a finding beyond itself: compared with the baseline, and suppressed by somebody. */
function marksOf({ held = [], comparison }: SarifInput): (finding: ScanFinding) => Readonly<Record<string, unknown>> {
  const fresh = new Set(comparison?.fresh ?? []);
  const suppressions = new Map(held.map(({ finding, suppression }) => [finding, suppression]));
  return (finding) => {
    const suppression = suppressions.get(finding);
    return {
      ...(comparison ? { baselineState: fresh.has(finding) ? 'new' : 'unchanged' } : {}),
      ...(suppression ? { suppressions: [sarifSuppression(suppression)] } : {}),
    };
  };
}

function sarifSuppression({ reason, owner, expires }: Suppression): Readonly<Record<string, unknown>> {
  return {
    kind: 'external',
    status: 'accepted',
    justification: escapeText(reason),
    properties: { owner: escapeText(owner), ...(expires === null ? {} : { expires }) },
  };
}

const taxonomies = [
  {
    name: 'CWE',
    organization: 'MITRE',
    informationUri: 'https://cwe.mitre.org/',
    shortDescription: { text: 'Common Weakness Enumeration' },
  },
  {
    name: 'ATLAS',
    organization: 'MITRE',
    informationUri: 'https://atlas.mitre.org/',
    shortDescription: { text: 'Adversarial Threat Landscape for AI Systems' },
  },
] as const;

function taxaOf(taxonomy: 'CWE' | 'ATLAS', rules: readonly Rule[]): { readonly id: string }[] {
  return [...new Set(rules.flatMap(({ references }) => references.flatMap((reference) => taxonOf(reference, taxonomy) ?? [])))]
    .sort()
    .map((id) => ({ id }));
}

function taxonOf(reference: string, taxonomy: 'CWE' | 'ATLAS'): string | null {
  const prefix = taxonomy === 'CWE' ? 'CWE-' : 'AML.';
  if (!reference.startsWith(prefix)) return null;
  return taxonomy === 'CWE' ? reference.slice(prefix.length) : reference;
}

function sarifRule({ id, title, severity, references, remedy, axis }: Rule): Readonly<Record<string, unknown>> {
  const relations = taxonomies.flatMap(({ name }) =>
    references.flatMap((reference) => {
      const taxon = taxonOf(reference, name);
      return taxon === null ? [] : [{ target: { id: taxon, toolComponent: { name } }, kinds: ['superset'] }];
    }),
  );
  return {
    id,
    name: id,
    shortDescription: { text: `${title}.` },
    fullDescription: { text: `${title}. ${remedy}` },
    help: { text: remedy, markdown: `${remedy}\n\n${references.map(markdownReference).join(' · ')}` },
    defaultConfiguration: { level: levels[severity] },
    ...(relations.length === 0 ? {} : { relationships: relations }),
    properties: { tags: ['security', axis, ...references.map(tagOf)], 'security-severity': securitySeverity[severity], precision: 'high' },
  };
}

/** Code hosts recognise weaknesses by this spelling. */
function tagOf(reference: string): string {
  return reference.startsWith('CWE-') ? `external/cwe/${reference.toLowerCase()}` : reference;
}

function markdownReference(reference: string): string {
  const cwe = /^CWE-(\d+)$/.exec(reference);
  if (cwe) return `[${reference}](https://cwe.mitre.org/data/definitions/${cwe[1]}.html)`;
  if (reference.startsWith('CVE-')) return `[${reference}](https://www.cve.org/CVERecord?id=${reference})`;
  if (reference.startsWith('AML.')) return `[${reference}](https://atlas.mitre.org/techniques/${reference})`;
  return reference;
}

function sarifNotificationRule(reason: ScanResult['unread'][number]['reason']): Readonly<Record<string, unknown>> {
  return {
    id: `unread-${reason}`,
    shortDescription: { text: `A part was not read: ${reason}.` },
    defaultConfiguration: { level: 'warning' },
  };
}

/** A finding of the baseline that is no longer there. */
function absentResult(
  { ruleId, path, title, severity, fingerprint }: KnownFinding,
  ruleIndex: number | undefined,
  root: string,
): Readonly<Record<string, unknown>> {
  return {
    ruleId,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    baselineState: 'absent',
    kind: severity === 'informational' ? 'informational' : 'fail',
    level: severity === 'informational' ? 'none' : levels[severity],
    message: { text: escapeText(title) },
    locations: [{ physicalLocation: { artifactLocation: { uri: fileUri(path, root), uriBaseId: 'SCANROOT' } } }],
    partialFingerprints: { [fingerprintKey]: fingerprint },
    properties: { severity, title: escapeText(title) },
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
    partialFingerprints: { [fingerprintKey]: fingerprint },
    properties: {
      severity,
      title: escapeText(title),
      axis,
      ...(effect === undefined ? {} : { effect }),
      certainty,
      evidence: escapeText(evidence),
      tags: references,
    },
  };
}

/**
 * Byte offsets of nested streams are not offsets of the file: those stand in the logical location instead, one for each container.
 * @source SARIF 2.1.0 section 3.33.7: parentIndex would point into the run's list; nested names are told in full by each location.
 */
function location({ path, where }: ScanFinding, root: string): Readonly<Record<string, unknown>> {
  const nested = where.containerPath.length > 1;
  const region = regionOf(where, nested);
  return {
    physicalLocation: { artifactLocation: { uri: fileUri(path, root), uriBaseId: 'SCANROOT' }, ...(region ? { region } : {}) },
    logicalLocations: where.containerPath.map((name, depth) => logicalLocation(where, name, depth)),
  };
}

function logicalLocation(
  { containerPath, offset, length }: ScanFinding['where'],
  name: string,
  depth: number,
): Readonly<Record<string, unknown>> {
  const innermost = depth === containerPath.length - 1;
  const path = containerPath.slice(0, depth + 1).join('!');
  const printed = innermost && offset !== null ? `${path}@0x${offset.toString(16)}` : path;
  const place =
    innermost && offset !== null ? { properties: { byteOffset: offset, ...(length === null ? {} : { byteLength: length }) } } : {};
  return { name: escapeText(name), fullyQualifiedName: escapeText(printed), kind: depth === 0 ? 'resource' : 'member', ...place };
}

function regionOf({ offset, length, line }: ScanFinding['where'], nested: boolean): Readonly<Record<string, unknown>> | null {
  if (nested) return null;
  if (line !== undefined) return { startLine: line };
  // A file of bytes counts as one line: GitHub's code scanning does not take a region without one.
  return offset === null ? null : { startLine: 1, byteOffset: offset, byteLength: length ?? 0 };
}

function notification({ path, reason, detail }: ScanResult['unread'][number], root: string): Readonly<Record<string, unknown>> {
  return {
    level: 'warning',
    descriptor: { id: `unread-${reason}` },
    message: { text: escapeText(`Not read (${reason}): ${detail}`) },
    locations: [{ physicalLocation: { artifactLocation: { uri: fileUri(path, root), uriBaseId: 'SCANROOT' } } }],
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
