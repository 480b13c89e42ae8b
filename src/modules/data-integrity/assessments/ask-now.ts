/** An assessment somebody asks for: what to read, what to compare with, at once or as a job. */
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { findBaseline, findPromoted } from '../baselines/baseline-store.ts';
import { findConfig } from '../configuration/config-store.ts';
import {
  type Assessment,
  assessmentProblems,
  baselineProblems,
  type CheckKind,
  type CheckOptions,
  type DataConfig,
  type DataEnvironment,
  type InlineTable,
  type TableSource,
  tableProblems,
} from '../contract.ts';
import { inlineData, inlineRows, locateTable } from '../sources/locate-table.ts';
import { beginByJob, mostBytesAtOnce, runAtOnce, type Wish } from './begin-assessment.ts';
import type { Given } from './run-assessment.ts';

export type Ask = {
  readonly assetId: string;
  readonly environment: DataEnvironment;
  readonly source?: TableSource | undefined;
  readonly datasetName?: string | undefined;
  readonly currentData?: InlineTable | undefined;
  readonly referenceData?: InlineTable | undefined;
  readonly reference?: TableSource | undefined;
  readonly baselineId?: string | undefined;
  readonly checks?: readonly CheckKind[] | undefined;
  readonly options: CheckOptions;
  /** Without anything to compare with there is nothing to do. */
  readonly mustCompare?: boolean;
};

/** @throws data-quality.severalSources, .noReference, and what the table or the door refuses */
export async function askNow(ask: Ask, context: RequestContext): Promise<Assessment> {
  refuseDoubles(ask);
  const given: Given = {
    data: ask.currentData === undefined ? undefined : inlineData(ask.currentData),
    reference: ask.referenceData === undefined ? undefined : inlineData(ask.referenceData),
  };
  const { wish, bytes } = await transaction(context, () => planned(ask, context));
  const isInline = given.data !== undefined || given.reference !== undefined;
  if (isInline || bytes <= mostBytesAtOnce) return runAtOnce(wish, given, context);
  const queued = await transaction(context, () => beginByJob(wish));
  if (queued === null) throw assessmentProblems.assessmentRuns({ id: '' });
  context.reply.accepted?.();
  return queued;
}

function refuseDoubles({ source, currentData, reference, referenceData, baselineId }: Ask): void {
  if (source !== undefined && currentData !== undefined) throw tableProblems.severalSources({ names: 'source and currentData' });
  const references = [reference, referenceData, baselineId].filter((given) => given !== undefined);
  if (references.length > 1) throw tableProblems.severalSources({ names: 'reference, referenceData and baselineId' });
}

async function planned(ask: Ask, context: RequestContext): Promise<{ wish: Wish; bytes: number }> {
  const { assetId, environment, currentData, options } = ask;
  const asset = await call(getAsset, { id: assetId });
  const source = ask.source ?? { asset: assetId };
  const bytes = currentData === undefined ? await bytesOf(source, context) : 0;
  const referenceBytes = ask.reference === undefined ? 0 : await bytesOf(ask.reference, context);
  const baselineId = await baselineFor(ask);
  const isCompared = baselineId !== null || ask.reference !== undefined || ask.referenceData !== undefined;
  if (ask.mustCompare === true && !isCompared) throw assessmentProblems.noReference();
  const wish: Wish = {
    assetId,
    assetName: asset.name,
    datasetName: ask.datasetName ?? asset.name,
    monitorId: null,
    environment,
    checks: [...(ask.checks ?? enabledChecks(await findConfig(), options))],
    trigger: 'person',
    source: currentData === undefined ? source : { inline: inlineRows(currentData) },
    reference: ask.reference ?? (ask.referenceData === undefined ? null : { inline: inlineRows(ask.referenceData) }),
    options,
    baselineId,
    requestedBy: context.actor.id,
  };
  return { wish, bytes: bytes + referenceBytes };
}

/** A table of a database is work for a job: nobody knows how long its rows take to come. */
async function bytesOf(source: TableSource, context: RequestContext): Promise<number> {
  return (await locateTable(source, context)).bytes ?? Number.POSITIVE_INFINITY;
}

async function baselineFor({ assetId, environment, reference, referenceData, baselineId }: Ask): Promise<string | null> {
  if (reference !== undefined || referenceData !== undefined) return null;
  if (baselineId === undefined) return (await findPromoted(assetId, environment))?.id ?? null;
  const found = await findBaseline(baselineId);
  if (found === null) throw baselineProblems.baselineNotFound({ id: baselineId });
  if (found.assetId !== assetId) throw baselineProblems.baselineOfOther({ id: baselineId });
  return baselineId;
}

/** Poisoning statistics need to know which column is the label: without it they are not among what is asked for. */
function enabledChecks(config: DataConfig, { label }: CheckOptions): CheckKind[] {
  return [
    ...(config.enableQuality ? (['quality'] as const) : []),
    ...(config.enableDrift ? (['drift'] as const) : []),
    ...(config.enableAnomalies ? (['anomalies'] as const) : []),
    ...(config.enablePoisoning && label !== undefined ? (['poisoning'] as const) : []),
  ];
}
