/** Who is who: keys by which the same finding, the same vulnerability and the same fix are recognised again. */
import { createHash } from 'node:crypto';

/**
 * JSON canonicalised for flat objects of strings: keys in code-unit order, strings as ECMAScript writes them.
 * @source RFC 8785 (JCS); its number rules are not needed because no number enters a key.
 */
export function canonical(fields: Readonly<Record<string, string>>): string {
  const names = Object.keys(fields).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(fields[name])}`).join(',')}}`;
}

function digest(fields: Readonly<Record<string, string>>): string {
  return createHash('sha256').update(canonical(fields)).digest('hex');
}

export type FindingIdentity = {
  readonly source: string;
  readonly assetId: string;
  /** Rule or advisory as the source reports it. */
  readonly rule: string;
  readonly component: string;
  readonly location: string;
};
/** SHA-256, 64 hex digits. Equal for the same check of the same place, whatever the run. */
export function findingKey({ source, assetId, rule, component, location }: FindingIdentity): string {
  return digest({ kind: 'finding', source, asset: assetId, rule, component, location });
}

export type VulnerabilityIdentity = {
  readonly assetId: string;
  readonly weaknessId: string;
  readonly component: string;
  readonly locationClass: string;
};
/** SHA-256, 64 hex digits. The weakness is our own stable id, so that joined aliases never change a key. */
export function vulnerabilityKey({ assetId, weaknessId, component, locationClass }: VulnerabilityIdentity): string {
  return digest({ kind: 'vulnerability', asset: assetId, weakness: weaknessId, component, location: locationClass });
}

/**
 * One action that ends many: a package is upgraded everywhere at once, anything else is done on one asset.
 * @returns null when nobody said what to do.
 */
export function fixKey({ action, component, assetId }: { action: string; component: string; assetId: string }): string | null {
  const words = action.trim().replace(/\s+/g, ' ').toLowerCase();
  if (words === '') return null;
  return digest({ kind: 'fix', action: words, target: component.startsWith('pkg:') ? component : assetId });
}

/** Advisory ids are the same for every tool; rules of a tool are its own. */
const advisory =
  /^(?:CVE-\d{4}-\d{4,19}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|PYSEC-\d{4}-\d+|RUSTSEC-\d{4}-\d{4}|GO-\d{4}-\d{4,}|OSV-\d{4}-\d+)$/i;
export function isAdvisory(id: string): boolean {
  return advisory.test(id);
}

/**
 * The name under which a weakness is looked up: the advisory itself, else the rule within its tool.
 * GHSA ids are lower-case after the prefix; all others are upper-case.
 */
export function weaknessAlias({ source, rule }: { source: string; rule: string }): string {
  if (!isAdvisory(rule)) return `${source}/${rule}`;
  const upper = rule.toUpperCase();
  return upper.startsWith('GHSA') ? `GHSA${upper.slice(4).toLowerCase()}` : upper;
}

/** Component of a finding without a package: the rule stands for the kind of thing that is wrong. */
export function componentOf({ purl, rule }: { purl?: string | undefined; rule: string }): string {
  return purl === undefined ? `rule:${rule}` : withoutVersion(purl);
}

/** `pkg:pypi/Torch_Lite@1.8.2?x=y#z` → `pkg:pypi/torch-lite`. Versions and qualifiers move, the package stays. */
export function withoutVersion(purl: string): string {
  const bare = purl.replace(/[?#].*$/s, '');
  const at = bare.lastIndexOf('@');
  const named = at > bare.lastIndexOf('/') ? bare.slice(0, at) : bare;
  const [, type = '', rest = ''] = /^pkg:\/*([^/]+)\/(.*)$/s.exec(named) ?? [];
  if (type === '') return named;
  return `pkg:${type.toLowerCase()}/${normalName(type.toLowerCase(), rest)}`;
}

/** Per type as the purl specification says: pypi folds _ and case, these others fold case only. */
function normalName(type: string, name: string): string {
  if (type === 'pypi') return name.toLowerCase().replaceAll('_', '-');
  return ['github', 'bitbucket', 'npm', 'composer', 'huggingface-space'].includes(type) ? name.toLowerCase() : name;
}
