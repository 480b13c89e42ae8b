/** Packages, serving manifests, key names, configured models and secrets become hits. */

import { packageNamed } from '../evidence/ai-catalog.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { HitDraft, HitSet } from '../runs/hit-set.ts';
import { packageUrl } from '../runs/hit-set.ts';
import { addressKey } from '../tree/path-key.ts';

export function relateSettings(evidence: Evidence, hits: HitSet): void {
  for (const one of evidence.requirements) addPackage(one, hits);
  for (const one of evidence.serving) hits.add(servingHit(one, evidence.root));
  for (const { path, fact } of evidence.keyNames)
    hits.add({
      kind: 'key-name',
      assetType: null,
      name: fact.name,
      keys: [`key-name:${fact.name}`],
      confidence: 'certain',
      method: 'environment',
      places: [{ path, line: fact.line, evidence: `${fact.name}=${fact.set ? '…' : ''}` }],
      facts: { owner: fact.owner },
    }); // prettier-ignore
  addConfiguredModels(evidence, hits);
  for (const { place, fact } of evidence.secrets)
    hits.add({
      kind: 'secret',
      assetType: null,
      name: `${fact.title} (${fact.first}…)`,
      keys: [`secret:${fact.hash}`],
      confidence: 'probable',
      method: 'pattern',
      places: [place],
      facts: { rule: fact.id, first: fact.first, sha256: fact.hash, length: fact.length },
    }); // prettier-ignore
}

function addPackage({ path, method, requirement }: Evidence['requirements'][number], hits: HitSet): void {
  const known = packageNamed(requirement.ecosystem, requirement.name);
  if (known === null) return;
  const purl = packageUrl(requirement.ecosystem, known.name, requirement.version);
  hits.add({
    kind: 'package',
    assetType: null,
    name: known.name,
    purl,
    keys: [`purl:${purl}`],
    confidence: 'certain',
    method,
    places: [{ path, line: requirement.line, evidence: `${requirement.name} ${requirement.range}`.trim() }],
    facts: {
      category: known.category,
      ecosystem: requirement.ecosystem,
      version: requirement.version ?? 'unknown',
      provider: known.provider,
    },
  });
}

function servingHit({ path, fact }: Evidence['serving'][number], root: string): HitDraft {
  const isEndpoint = fact.kind === 'serving';
  const model = fact.model !== null && /^[A-Za-z0-9][\w.-]{0,95}\/[\w.-]{1,96}$/.test(fact.model) ? fact.model : null;
  return {
    kind: fact.kind === 'vector-store' ? 'vector-store' : 'serving',
    assetType: isEndpoint ? 'endpoint' : 'infrastructure',
    name: fact.name === fact.product ? fact.product : `${fact.name} (${fact.product})`,
    keys: [`service:${root}/${path}#${fact.name}`, ...fact.addresses.map((address) => addressKey(root, address))],
    confidence: fact.kind === 'accelerator' ? 'possible' : 'certain',
    method: 'config',
    places: [{ path, line: fact.line, evidence: fact.evidence }],
    facts: {
      product: fact.product,
      image: fact.image ?? undefined,
      imagePinned: fact.pinned ?? undefined,
      ports: fact.ports.length > 0 ? fact.ports.join(', ') : undefined,
      model: fact.model ?? undefined,
      environmentNames: fact.environmentNames.length > 0 ? fact.environmentNames.join(', ') : undefined,
    },
    edges: model === null ? [] : [{ kind: 'serves', toKey: `purl:${packageUrl('huggingface', model, null)}`, inferred: false }],
  };
}

/** A configured id counts where AI is in use at all: `engine: o1` in a game's settings is no hosted model. */
function addConfiguredModels(evidence: Evidence, hits: HitSet): void {
  const usesAi =
    evidence.requirements.length > 0 ||
    evidence.code.some(({ use }) => use.imports.length + use.endpoints.length > 0) ||
    evidence.keyNames.length > 0;
  if (!usesAi) return;
  for (const { path, fact, environment } of evidence.configuredModels)
    hits.add({
      kind: 'hosted-model',
      assetType: 'api',
      name: `${fact.id} (${fact.title})`,
      keys: [`hosted:${fact.provider}/${fact.id}`],
      confidence: 'probable',
      method: environment ? 'environment' : 'config',
      places: [{ path, line: fact.line, evidence: `${fact.key}: ${fact.id}` }],
      facts: { provider: fact.title, model: fact.id },
    }); // prettier-ignore
}
