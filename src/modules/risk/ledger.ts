/** Events become steps of the ledger, in their order; what they moved is written and told. */
import type { RiskLevel } from '../../contract/severity.ts';
import { publish, publishMany } from '../../platform/events/publish.ts';
import { assetRisk, levelOf, noVulnerabilities } from './asset-risk.ts';
import { assetRiskChanged, type Cause, postureMoved } from './contract.ts';
import {
  type AssetWrite,
  lockLedger,
  type OpenRow,
  readAssets,
  readFixKeys,
  readOpen,
  readWorst,
  writeAssets,
  writeLedger,
  writeOpen,
} from './ledger-store.ts';
import { applyStep, changedSums, knownRisk, type Ledger, type LedgerAsset, type Moved, partOf, WorstFirst } from './movement.ts';
import { coverageOf, scoreOf } from './posture.ts';
import { pointMillionths } from './priority.ts';
import { priorityWeights } from './weights.ts';

export type AssetFacts = {
  readonly assetId: string;
  readonly name: string;
  readonly criticality: 'high' | 'medium' | 'low' | null;
  readonly environment?: string | null;
  readonly owner?: string | null;
};
/** A vulnerability as an event tells it. `priority` in points; null when it is no longer open. */
export type VulnerabilityStep = {
  readonly vulnerabilityId: string;
  readonly assetId: string;
  readonly assetName: string;
  readonly title: string;
  readonly priority: number | null;
};
type When = { readonly at: Date; readonly cause: Cause };

/** Collects the steps of one event and writes them together. */
class Round {
  ledger: Ledger;
  readonly assets: Map<string, LedgerAsset>;
  readonly #before: ReadonlyMap<string, LedgerAsset>;
  readonly #moved: Moved[] = [];
  readonly #said = new Map<string, Pick<AssetWrite, 'environment' | 'owner'>>();

  constructor(ledger: Ledger, assets: ReadonlyMap<string, LedgerAsset>) {
    this.ledger = ledger;
    this.#before = assets;
    this.assets = new Map(assets);
  }

  step(after: LedgerAsset, { cause, causeId, title }: { cause: Cause; causeId: string | null; title: string }): void {
    const { ledger, movement } = applyStep(this.ledger, { cause, causeId, title, before: this.assets.get(after.assetId) ?? null, after });
    this.ledger = ledger;
    this.assets.set(after.assetId, after);
    if (movement !== null) this.#moved.push(movement);
  }

  say(assetId: string, said: Pick<AssetWrite, 'environment' | 'owner'>): void {
    this.#said.set(assetId, said);
  }

  async write(before: Ledger, at: Date): Promise<void> {
    const changed = [...this.assets.values()].filter((asset) => this.#before.get(asset.assetId) !== asset);
    await writeAssets(changed.map((asset) => ({ asset, risk: assetRisk(asset.sums), ...this.#said.get(asset.assetId) })));
    await writeLedger(this.ledger, this.#moved, at);
    await this.#tell(before, changed);
  }

  async #tell(before: Ledger, changed: readonly LedgerAsset[]): Promise<void> {
    const news = changed.flatMap((asset) => {
      const previous = this.#before.get(asset.assetId);
      const was = previous === undefined ? null : knownRisk(partOf(previous));
      const is = knownRisk(partOf(asset));
      return was === is
        ? []
        : [{ assetId: asset.assetId, risk: is === null ? null : is / pointMillionths, level: levelOf(is) satisfies RiskLevel }];
    });
    const chunks = Array.from({ length: Math.ceil(news.length / 500) }, (_, at) => ({ assets: news.slice(at * 500, at * 500 + 500) }));
    await publishMany(assetRiskChanged, chunks);
    const was = scoreOf(before.posture);
    const is = scoreOf(this.ledger.posture);
    const coverage = coverageOf(this.ledger.posture);
    if (was === is && coverageOf(before.posture) === coverage) return;
    await publish(postureMoved, {
      score: points(is),
      coverage: coverage === null ? null : coverage / 1_000_000,
      change: ((is ?? top) - (was ?? top)) / pointMillionths,
    });
  }
}

/** An empty workspace counts as 100, as in the ledger. */
const top = 100 * pointMillionths;

function points(value: number | null): number | null {
  return value === null ? null : value / pointMillionths;
}

export function weightOf(criticality: AssetFacts['criticality']): number {
  return priorityWeights().assetWeight[criticality ?? 'unknown'];
}

function newAsset(assetId: string, name: string, weight: number): LedgerAsset {
  return { assetId, name, weight, retired: false, assessedAt: null, aged: false, sums: noVulnerabilities };
}

/** Opened, reopened, resolved or of another priority. Repeating it changes nothing. */
export async function applyVulnerabilities(
  steps: readonly VulnerabilityStep[],
  when: When,
  weightsOf: (assetIds: readonly string[]) => Promise<Map<string, number>>,
): Promise<void> {
  const before = await lockLedger();
  const open = await readOpen(steps.map(({ vulnerabilityId }) => vulnerabilityId));
  const assetIds = [...new Set(steps.map(({ assetId }) => assetId))];
  const round = new Round(before, await readAssets(assetIds));
  const unknown = await weightsOf(assetIds.filter((id) => !round.assets.has(id)));
  const worst = await worstOf(assetIds, steps.length + 1);
  const fixKeys = await readFixKeys(steps.map(({ vulnerabilityId }) => vulnerabilityId));
  const opened = new Map<string, OpenRow>();
  const closed = new Set<string>();
  for (const { vulnerabilityId, assetId, assetName, title, priority } of steps) {
    const row = open.get(vulnerabilityId);
    const was = row?.priority ?? null;
    const is = priority === null ? null : Math.round(priority * pointMillionths);
    const asset = round.assets.get(assetId) ?? newAsset(assetId, assetName, unknown.get(assetId) ?? weightOf(null));
    const list = worst.get(assetId) ?? new WorstFirst([]);
    if (was !== null) list.remove(was);
    if (is !== null) list.add(is);
    round.step(
      { ...asset, sums: changedSums(asset.sums, { was, is }, list.worst) },
      { cause: when.cause, causeId: vulnerabilityId, title },
    );
    opened.delete(vulnerabilityId);
    closed.delete(vulnerabilityId);
    if (is === null) closed.add(vulnerabilityId);
    else opened.set(vulnerabilityId, { vulnerabilityId, assetId, priority: is, fixKey: fixKeys.get(vulnerabilityId) ?? null });
    const next = opened.get(vulnerabilityId);
    if (next === undefined) open.delete(vulnerabilityId);
    else open.set(vulnerabilityId, next);
  }
  await writeOpen([...opened.values()], [...closed]);
  await round.write(before, when.at);
}

async function worstOf(assetIds: readonly string[], most: number): Promise<Map<string, WorstFirst>> {
  const worst = await readWorst(assetIds, most);
  return new Map(assetIds.map((id) => [id, new WorstFirst(worst.get(id) ?? [])]));
}

/** Registered, or its name, criticality, environment, owner or lifecycle changed. */
export async function applyAsset({ assetId, name, criticality, environment, owner }: AssetFacts, { at, cause }: When): Promise<void> {
  const before = await lockLedger();
  const round = new Round(before, await readAssets([assetId]));
  const known = round.assets.get(assetId) ?? newAsset(assetId, name, weightOf(criticality));
  round.step({ ...known, name, weight: weightOf(criticality), retired: false }, { cause, causeId: assetId, title: name });
  round.say(assetId, { ...(environment === undefined ? {} : { environment }), ...(owner === undefined ? {} : { owner }) });
  await round.write(before, at);
}

export async function retireAsset(assetId: string, at: Date): Promise<void> {
  const before = await lockLedger();
  const round = new Round(before, await readAssets([assetId]));
  const known = round.assets.get(assetId);
  if (known === undefined || known.retired) return;
  round.step({ ...known, retired: true }, { cause: 'asset-retired', causeId: assetId, title: known.name });
  await round.write(before, at);
}

/** Assets that were read to the end; an older report never overwrites a newer one. */
export async function applyAssessment(
  assetIds: readonly string[],
  { assessedAt, at, runId }: { assessedAt: Date; at: Date; runId: string | null },
): Promise<void> {
  const before = await lockLedger();
  const round = new Round(before, await readAssets(assetIds));
  const oldest = at.getTime() - priorityWeights().assessmentDays * 86_400_000;
  for (const assetId of assetIds) {
    const known = round.assets.get(assetId);
    if (known === undefined || (known.assessedAt !== null && known.assessedAt >= assessedAt)) continue;
    round.step({ ...known, assessedAt, aged: assessedAt.getTime() < oldest }, { cause: 'assessed', causeId: runId, title: known.name });
  }
  await round.write(before, at);
}

/** Assessments that became too old stop counting. Answers how many. */
export async function ageAssessments(assetIds: readonly string[], at: Date): Promise<void> {
  const before = await lockLedger();
  const round = new Round(before, await readAssets(assetIds));
  for (const known of round.assets.values()) {
    if (known.aged || known.assessedAt === null) continue;
    round.step({ ...known, aged: true }, { cause: 'assessment-aged', causeId: known.assetId, title: known.name });
  }
  await round.write(before, at);
}
