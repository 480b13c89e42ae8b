/** From evidence to hits: weights become models, files become data sets, code becomes pipelines, endpoints and agents, and all are linked. */
import type { Hit } from '../contract.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { HitSet } from '../runs/hit-set.ts';
import type { Owners } from '../tree/path-key.ts';
import { relateAgents } from './relate-agents.ts';
import { relateDatasets, relateModels } from './relate-artefacts.ts';
import { relateCode } from './relate-code.ts';
import { relateSettings } from './relate-settings.ts';
import { relateTracked } from './relate-tracked.ts';

/** @param limit hits beyond it are dropped and `full` says so. */
export function relate(evidence: Evidence, limit: number): { hits: Hit[]; full: boolean } {
  const hits = new HitSet(limit);
  const owners: Owners = new Map();
  relateModels(evidence, hits, owners);
  relateDatasets(evidence, hits, owners);
  relateTracked(evidence, hits);
  relateSettings(evidence, hits);
  relateCode(evidence, hits, owners);
  relateAgents(evidence, hits);
  return { hits: hits.list(), full: hits.full };
}
