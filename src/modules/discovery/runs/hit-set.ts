/** Hits as they are gathered: one per thing, merged by natural key (package URL, then digest, then path), every place kept with its evidence. */
import { PackageURL } from 'packageurl-js';
import type { AssetType } from '../../ai-assets/contract.ts';
import type { Confidence, Hit, HitEdge, HitKind, Method, Place } from '../contract.ts';

export type HitDraft = {
  readonly kind: HitKind;
  readonly assetType: AssetType | null;
  readonly name: string;
  readonly purl?: string | null;
  readonly keys: readonly string[];
  readonly confidence: Confidence;
  readonly method: Method;
  readonly places: readonly Place[];
  readonly facts?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly edges?: readonly HitEdge[];
};

type Gathered = {
  kind: HitKind;
  assetType: AssetType | null;
  name: string;
  purl: string | null;
  keys: Set<string>;
  confidence: Confidence;
  method: Method;
  places: Map<string, Place>;
  placesLeftOut: number;
  facts: Map<string, string | number | boolean>;
  edges: Map<string, HitEdge>;
};

const maxPlaces = 50;
const maxKeys = 600;
const maxFacts = 40;
const maxEdges = 200;
const confidenceRank: readonly Confidence[] = ['certain', 'probable', 'possible'];
/** A thing that is there says more than a mention of it: the first kind gives the merged hit its name and method. */
const kindRank: readonly HitKind[] = [
  'model',
  'dataset',
  'mcp-server',
  'agent',
  'training-code',
  'notebook',
  'endpoint',
  'serving',
  'model-reference',
  'dataset-reference',
];
/** Kinds that may be one thing seen in two ways. */
const family = new Map<HitKind, string>([
  ['model-reference', 'model'],
  ['dataset-reference', 'dataset'],
  ['notebook', 'training-code'],
]);

export class HitSet {
  readonly #limit: number;
  readonly #hits = new Set<Gathered>();
  readonly #byKey = new Map<string, Gathered>();
  full = false;

  constructor(limit: number) {
    this.#limit = limit;
  }
  get size(): number {
    return this.#hits.size;
  }

  add(draft: HitDraft): void {
    const group = family.get(draft.kind) ?? draft.kind;
    const known = [...new Set(draft.keys.flatMap((key) => this.#byKey.get(`${group}\0${key}`) ?? []))];
    const [first, ...others] = known;
    const target = first ?? this.#begin(draft);
    if (target === null) return;
    for (const other of others) this.#absorb(target, other, group);
    mergeInto(target, draft);
    for (const key of target.keys) this.#byKey.set(`${group}\0${key}`, target);
  }

  #begin(draft: HitDraft): Gathered | null {
    if (this.#hits.size >= this.#limit) {
      this.full = true;
      return null;
    }
    const { kind, assetType, name, confidence, method } = draft;
    const hit: Gathered = {
      kind,
      assetType,
      name,
      purl: null,
      keys: new Set(),
      confidence,
      method,
      places: new Map(),
      placesLeftOut: 0,
      facts: new Map(),
      edges: new Map(),
    }; // prettier-ignore
    this.#hits.add(hit);
    return hit;
  }

  #absorb(target: Gathered, other: Gathered, group: string): void {
    mergeInto(target, {
      ...other,
      keys: [...other.keys],
      places: [...other.places.values()],
      facts: Object.fromEntries(other.facts),
      edges: [...other.edges.values()],
    });
    target.placesLeftOut += other.placesLeftOut;
    this.#hits.delete(other);
    for (const key of other.keys) this.#byKey.set(`${group}\0${key}`, target);
  }

  /** Stable order: by kind, then name, then first place. */
  list(): Hit[] {
    const hits = [...this.#hits].map(finished);
    return hits.sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name) || compare(a.keys[0] ?? '', b.keys[0] ?? ''));
  }
}

function mergeInto(target: Gathered, draft: HitDraft): void {
  if (rank(kindRank, draft.kind) < rank(kindRank, target.kind)) {
    target.kind = draft.kind;
    target.assetType = draft.assetType;
    target.name = draft.name;
    target.method = draft.method;
  }
  if (rank(confidenceRank, draft.confidence) < rank(confidenceRank, target.confidence)) target.confidence = draft.confidence;
  if (target.purl === null || (draft.purl?.includes('@') && !target.purl.includes('@'))) target.purl = draft.purl ?? target.purl;
  for (const key of draft.keys) if (target.keys.size < maxKeys) target.keys.add(key.slice(0, 4200));
  for (const place of draft.places) addPlace(target, place);
  for (const [name, value] of Object.entries(draft.facts ?? {}))
    if (value !== undefined && !target.facts.has(name) && target.facts.size < maxFacts)
      target.facts.set(name.slice(0, 120), bounded(value));
  for (const edge of draft.edges ?? []) if (target.edges.size < maxEdges) target.edges.set(`${edge.kind}\0${edge.toKey}`, edge);
}

function addPlace(target: Gathered, place: Place): void {
  const key = `${place.path}\0${place.line}`;
  if (target.places.has(key)) return;
  if (target.places.size >= maxPlaces) target.placesLeftOut += 1;
  else target.places.set(key, { path: place.path.slice(0, 4096), line: place.line, evidence: place.evidence.slice(0, 300) });
}

function bounded(value: string | number | boolean): string | number | boolean {
  return typeof value === 'string' ? value.slice(0, 2000) : value;
}

function finished(hit: Gathered): Hit {
  const places = [...hit.places.values()].sort((a, b) => compare(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0));
  const facts = [...hit.facts].sort(([a], [b]) => compare(a, b));
  return {
    kind: hit.kind,
    assetType: hit.assetType,
    name: hit.name.trim().slice(0, 200) || 'unnamed',
    purl: hit.purl,
    keys: [...hit.keys].sort((a, b) => keyStrength(a) - keyStrength(b) || compare(a, b)),
    confidence: hit.confidence,
    method: hit.method,
    where: places,
    whereLeftOut: hit.placesLeftOut,
    facts: Object.fromEntries(facts),
    edges: [...hit.edges.values()].sort((a, b) => compare(a.kind, b.kind) || compare(a.toKey, b.toKey)),
  };
}

const strengths = ['purl:', 'sha256:', 'hf-dataset:', 'hosted:', 'mcp:', 'url:', 'folder:', 'file:'];
function keyStrength(key: string): number {
  const found = strengths.findIndex((prefix) => key.startsWith(prefix));
  return found < 0 ? strengths.length : found;
}

function rank<T>(order: readonly T[], value: T): number {
  const at = order.indexOf(value);
  return at < 0 ? order.length : at;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @example packageUrl('npm', '@scope/name', '1.2.3') → pkg:npm/%40scope/name@1.2.3 */
export function packageUrl(type: string, name: string, version: string | null): string {
  const cut = name.lastIndexOf('/');
  const namespace = type === 'maven' ? name.split(':')[0] : cut > 0 ? name.slice(0, cut) : undefined;
  const bare = type === 'maven' ? (name.split(':')[1] ?? name) : cut > 0 ? name.slice(cut + 1) : name;
  // The package's own normalisation lower-cases model names; hubs keep them apart by case, so those are written here.
  if (type === 'huggingface')
    return `pkg:huggingface/${name.split('/').map(encodeURIComponent).join('/')}${version === null ? '' : `@${encodeURIComponent(version)}`}`;
  return new PackageURL(type === 'go' ? 'golang' : type, namespace, bare, version ?? undefined, undefined, undefined).toString();
}
