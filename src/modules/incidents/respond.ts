/**
 * What follows by itself when an attack was recognised. Contain what is compromised, never the victim: crafted inputs and probing
 * block the input and the client on that model; poisoning quarantines the data set, holds the promotion of the models trained on it, and
 * proposes their quarantine to a person. In simulation it is written down, not done.
 */
import type { z } from 'zod';
import type { detectionMade } from '../adversarial-detection/contract.ts';
import { requestAct } from './acts/act.ts';
import { hasStandingAct } from './acts/act-store.ts';
import { assetFacts, modelsTrainedOn } from './asset-facts.ts';
import { modelOf } from './playbooks/facts.ts';
import { isAtLeast, type ResponseSettings, responseSettings } from './response-settings.ts';

export type DetectionNews = z.output<typeof detectionMade.payload>;
/** Detection refuses by itself what it sees in line; the acts here find that block in force, and add those that are missing. */
export type PlannedAct = {
  readonly action: string;
  readonly parameters: Record<string, string | number>;
  readonly deadlineMs: number;
  /** Proposed: it waits for a person. */
  readonly needsApproval?: boolean;
};
type Around = {
  /** Of the asset that was attacked; null when it is not in the inventory. */
  readonly assetType: string | null;
  readonly modelId: string | null;
  /** Models that descend from it. */
  readonly trainedOnIt?: readonly string[];
};

/** Kinds whose harm comes in through inputs, from a client. */
const byInput: readonly string[] = ['model-evasion', 'membership-inference', 'attribute-inference', 'extraction'];

/**
 * The acts that the thresholds ask for. Pure.
 */
export function plan(
  news: Pick<DetectionNews, 'kind' | 'severity' | 'assetId' | 'clientId' | 'inputSha256'>,
  settings: ResponseSettings,
  { assetType, modelId, trainedOnIt = [] }: Around,
): PlannedAct[] {
  const { kind, severity, assetId, clientId, inputSha256 } = news;
  const acts: PlannedAct[] = [];
  const onModel = modelId === null ? {} : { modelId };
  if (byInput.includes(kind) && isAtLeast(severity, settings.blockAtSeverity)) {
    const block = { forMs: settings.blockForMs, ...onModel };
    const deadlineMs = settings.blockDeadlineMs;
    if (inputSha256 !== null) acts.push({ action: 'block-input', parameters: { inputSha256, ...block }, deadlineMs });
    // One flagged input is what one clean input in a hundred looks like: it alone shuts nobody out. Without a model a client would be
    // shut out of everything for what it did in one place.
    const isTheClient = inputSha256 === null || isAtLeast(severity, 'high');
    if (clientId !== null && modelId !== null && isTheClient)
      acts.push({ action: 'block-client', parameters: { clientId, ...block }, deadlineMs });
  }
  if (kind === 'data-poisoning' && assetId !== null && assetType === 'dataset' && isAtLeast(severity, settings.quarantineAtSeverity)) {
    const deadlineMs = settings.quarantineDeadlineMs;
    acts.push({ action: 'quarantine-asset', parameters: { assetId }, deadlineMs });
    for (const id of trainedOnIt)
      acts.push(
        { action: 'require-review', parameters: { assetId: id }, deadlineMs },
        // The rows may have come with the question: whoever may ask must not be able to switch a model off that is in production.
        { action: 'quarantine-asset', parameters: { assetId: id }, deadlineMs, needsApproval: true },
      );
  }
  return acts;
}

/** A second look at the same data set asks nothing again of a model that is held already. */
async function isStanding({ action, parameters }: PlannedAct, trainedOnIt: readonly string[]): Promise<boolean> {
  const assetId = String(parameters['assetId']);
  return trainedOnIt.includes(assetId) && (await hasStandingAct(action, assetId));
}

export async function respond(news: DetectionNews): Promise<void> {
  const settings = await responseSettings();
  const [asset, modelId] = [await assetFacts(news.assetId), await modelOf(news.detectionId)];
  const trainedOnIt = news.kind === 'data-poisoning' && asset !== null ? await modelsTrainedOn(asset.id) : [];
  for (const act of plan(news, settings, { assetType: asset?.type ?? null, modelId, trainedOnIt })) {
    if (await isStanding(act, trainedOnIt)) continue;
    await requestAct({
      ...act,
      reason: asset === null ? news.title : news.title.replaceAll(asset.id, asset.name),
      severity: news.severity,
      incidentId: null,
      detectionId: news.detectionId,
      simulate: settings.simulate,
    });
  }
}
