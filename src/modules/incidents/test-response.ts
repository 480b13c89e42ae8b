/** For tests of this slice: a database of its own; inventory, people, alerts, detection and notifications are played by a few lines. */
import { randomUUID } from 'node:crypto';
import { plainAsset } from '../../../test/plain-asset.ts';
import type { Context } from '../../contract/actor.ts';
import type { Endpoint, InputOf, OutputOf } from '../../contract/endpoint.ts';
import type { Severity } from '../../contract/severity.ts';
import { everyPermission } from '../../platform/actors.ts';
import { withContext } from '../../platform/ambient.ts';
import { type AuditRecord, installAuditSink } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { sequenceOnce } from '../../platform/events/sequencer.ts';
import { consumeOnce } from '../../platform/events/subscribe.ts';
import { call, forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { installTransactions } from '../../platform/http/run-route.ts';
import * as detection from '../adversarial-detection/contract.ts';
import * as inventory from '../ai-assets/contract.ts';
import { getUser } from '../identity/contract.ts';
import { listScans } from '../model-scanner/contract.ts';
import { sendMessage } from '../notifications/contract.ts';
import * as alerts from '../security-alerts/contract.ts';
import { subscriptions } from './jobs.ts';
import { routes } from './routes.ts';
import { fireDue } from './timers/timers.ts';
import { firings } from './wiring.ts';

type Owner = Parameters<typeof testDatabase>[0];
type Asset = Pick<inventory.AssetDetail, 'id' | 'name' | 'type' | 'environment' | 'lifecycle'>;
const now = () => new Date().toISOString();

/** As the note gives them (section 10). */
export const settings: detection.Configuration['response'] = {
  blockAtSeverity: 'medium',
  quarantineAtSeverity: 'high',
  escalateAtSeverity: 'high',
  incidentAtSeverity: 'high',
  incidentAfterAlerts: { count: 3, withinMs: 600_000 },
  blockDeadlineMs: 100,
  quarantineDeadlineMs: 5000,
  escalateAfterMs: 30_000,
  blockForMs: 3_600_000,
  autoRelease: { policy: 'when-clean', afterMs: 3_600_000, neverForSeverity: ['critical'], approvals: 1 },
  failMode: 'open',
  failModes: [],
  simulate: false,
};

const plainNode = {
  ...{ type: 'model' as const, riskLevel: 'unknown' as const, risk: null, lifecycle: 'active' as const },
  ...{ missingSince: null, distance: 1 },
};

export class TestResponse {
  readonly base: TestDatabase;
  readonly audited: AuditRecord[] = [];
  readonly assets = new Map<string, Asset>();
  readonly holds = new Set<string>();
  readonly alerts = new Map<string, alerts.SecurityAlert>();
  readonly sent: InputOf<typeof sendMessage>[] = [];
  readonly blocks = new Map<string, InputOf<typeof detection.setBlock>>();
  readonly looks: detection.Decision[] = [];
  settings = settings;
  /** Models that descend from a data set. */
  readonly trainedOn = new Map<string, readonly string[]>();
  /** The next call of these fails as a door that is away. */
  readonly away = new Set<'inventory' | 'blocks'>();

  constructor(base: TestDatabase) {
    this.base = base;
  }

  static async open(t: Owner): Promise<TestResponse> {
    const own = { LOG_LEVEL: 'silent', LOG_DIR: '', SESSION_SECRET: 'for tests only, for tests only, 1' };
    overrideEnvironment(own);
    installTransactions(transaction);
    const response = new TestResponse(await testDatabase(t));
    t.after(async () => {
      forgetLocalRoutes();
      overrideEnvironment(Object.fromEntries(Object.keys(own).map((name) => [name, ''])));
    });
    return response;
  }

  /** Takes routes and audit for itself: files of one process share both. */
  #present(): void {
    installAuditSink(async (record) => void this.audited.push(record));
    serveLocally([...routes, ...this.#others()]);
  }

  #others(): Route[] {
    return [...this.#inventory(), ...this.#alertRoutes(), ...this.#detection()];
  }

  #inventory(): Route[] {
    const asset = (id: string): Asset => {
      const found = this.assets.get(id);
      if (found === undefined) throw inventory.assetProblems.notFound({ id });
      return found;
    };
    const held = (id: string, holder: string, hold: boolean) => {
      if (this.away.has('inventory')) throw inventory.assetProblems.retired({ name: 'it' });
      if (hold) this.holds.add(`${id}/${holder}`);
      else this.holds.delete(`${id}/${holder}`);
      return { held: hold, lifecycle: hold ? ('quarantined' as const) : ('active' as const) };
    };
    return [
      handle(inventory.getAsset, ({ id }) => ({ ...plainAsset, ...asset(id) })),
      handle(inventory.assetLineage, ({ id }) => ({
        nodes: (this.trainedOn.get(id) ?? []).map((assetId) => ({ ...plainNode, assetId, name: asset(assetId).name })),
        edges: [],
        truncated: false,
      })),
      handle(inventory.holdAsset, ({ id, holder }) => held(id, holder, true)),
      handle(inventory.unholdAsset, ({ id, holder }) => held(id, holder, false)),
      handle(getUser, ({ id }) => ({ ...plainUser, id, name: `Person ${id.slice(0, 4)}` })),
      handle(listScans, () => ({ items: [], nextCursor: null, total: 0, totalIsEstimate: false })),
    ];
  }

  #alertRoutes(): Route[] {
    const found = (id: string): alerts.SecurityAlert => {
      const alert = this.alerts.get(id);
      if (alert === undefined) throw alerts.alertProblems.notFound({ id });
      return alert;
    };
    return [
      handle(alerts.getAlert, ({ id }) => found(id)),
      handle(alerts.listAlerts, () => ({
        items: [...this.alerts.values()],
        nextCursor: null,
        total: this.alerts.size,
        totalIsEstimate: false,
      })),
      handle(alerts.countAlertsNear, ({ assetId, category }) => {
        const near = [...this.alerts.values()].filter(
          (one) => one.assetId === assetId && one.category === category && one.state !== 'closed',
        );
        return { alertIds: near.map(({ id }) => id), occurrences: near.reduce((sum, { count }) => sum + count, 0) };
      }),
      handle(alerts.linkAlerts, ({ alertIds, incidentId }) => {
        for (const id of alertIds) this.alerts.set(id, { ...found(id), incidentId });
        return { linked: alertIds.length };
      }),
      handle(alerts.settleAlerts, ({ incidentId, state, cause }) => {
        const mine = [...this.alerts.values()].filter((one) => one.incidentId === incidentId);
        for (const one of mine) this.alerts.set(one.id, { ...one, state, closeCause: cause ?? null });
        return { settled: mine.length };
      }),
    ];
  }

  #detection(): Route[] {
    const block = (id: string, asked: InputOf<typeof detection.setBlock>): detection.Block => ({
      ...plainBlock,
      id,
      kind: asked.kind,
      modelId: asked.modelId ?? null,
      inputSha256: asked.inputSha256 ?? null,
      clientId: asked.clientId ?? null,
      reason: asked.reason,
      decidedAt: now(),
      inForceAt: now(),
      expiresAt: now(),
    });
    return [
      handle(detection.readConfiguration, () => ({
        detectors: Object.fromEntries(
          detection.kinds.map((kind) => [kind, { enabled: true, targetFalsePositiveRate: 0.01, disabledSignatures: [] }]),
        ) as unknown as detection.Configuration['detectors'],
        response: this.settings,
        version: 0,
        changedBy: null,
        changedAt: null,
      })),
      handle(detection.setBlock, (asked) => {
        if (this.away.has('blocks')) throw detection.detectionProblems.blockSubject({ kind: asked.kind, needed: 'more' });
        const id = randomUUID();
        this.blocks.set(id, asked);
        return block(id, asked);
      }),
      handle(detection.liftBlock, ({ id }) => {
        const asked = this.blocks.get(id);
        if (asked === undefined) throw detection.detectionProblems.blockNotFound({ id });
        this.blocks.delete(id);
        return block(id, asked);
      }),
      handle(detection.getDetection, () => {
        throw detection.detectionProblems.notFound({ id: 'any' });
      }),
      handle(detection.listDetections, () => ({
        items: this.looks.map((decision) => ({ ...plainLook, id: randomUUID(), decision })),
        nextCursor: null,
        total: 0,
        totalIsEstimate: false,
      })),
      handle(sendMessage, (message) => {
        this.sent.push(message);
        return { outboxIds: [randomUUID()] };
      }),
    ];
  }

  asset(extra: Partial<Asset> = {}): string {
    const id = randomUUID();
    this.assets.set(id, { id, name: 'claims-2025', type: 'dataset', environment: 'production', lifecycle: 'active', ...extra });
    return id;
  }

  /** An alert as security-alerts would answer it. */
  alert(extra: Partial<alerts.SecurityAlert> = {}): alerts.SecurityAlert {
    const id = randomUUID();
    const alert = { ...plainAlert, id, lastAt: now(), fingerprint: id.replaceAll('-', '').padEnd(64, '0'), ...extra };
    this.alerts.set(id, alert);
    return alert;
  }

  person(id: string): Context {
    const { actor, ...context } = this.base.context();
    return { ...context, actor: { ...actor, kind: 'user', id, role: 'admin', permissions: everyPermission } };
  }

  within<T>(work: () => Promise<T>, context: Context = this.base.context()): Promise<T> {
    this.#present();
    return inDatabase(this.base.database, () => withContext(context, work));
  }
  run<T>(work: () => Promise<T>, context: Context = this.base.context()): Promise<T> {
    return this.within(() => transaction(context, work), context);
  }
  /** As a person's request would run it. */
  ask<E extends Endpoint>(endpoint: E, input: InputOf<E>, person: string = ada): Promise<OutputOf<E>> {
    const context = this.person(person);
    return this.within(() => call(endpoint, input), context);
  }

  /** Time goes by for the timers of these kinds: they are due now. */
  async pass(...kinds: readonly string[]): Promise<void> {
    await this.base.owner.query(
      `update incidents.timer set due_at = clock_timestamp() - interval '5 milliseconds' where state = 'pending' and kind = any($1)`,
      [kinds],
    );
    await this.fire();
  }
  fire(): Promise<number | null> {
    return this.within(() => fireDue(firings));
  }
  /** Hands out all news and fires what is due, until nothing is left. */
  async settle(): Promise<void> {
    const consumers = [...new Set(subscriptions.map(({ consumer }) => consumer))];
    for (let round = 0; round < 40; round += 1) {
      const moved = await this.within(async () => {
        const count = await sequenceOnce();
        for (const consumer of consumers)
          await consumeOnce(
            consumer,
            subscriptions.filter((one) => one.consumer === consumer),
          );
        return count;
      });
      await this.fire();
      if (moved === 0) return;
    }
  }

  async rows<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.base.owner.query<T>(text, values)).rows;
  }
  /** How often each action was recorded for an object. */
  recorded(id: string): string[] {
    return this.audited
      .filter((record) => record.resource.id === id && /^incidents\.(incident|act|quarantine)\./.test(record.action))
      .map(({ action }) => action.replace('incidents.', ''));
  }
}

export const ada = '0190a0de-0000-7000-8000-00000000ada0';
export const bob = '0190a0de-0000-7000-8000-00000000b0b0';
export const cem = '0190a0de-0000-7000-8000-00000000ce00';
export const refused = (code: string) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === `incidents.${code}`;

const at = '2026-05-01T00:00:00.000Z';
const plainUser = {
  email: 'person@example.org',
  role: 'analyst' as const,
  department: null,
  active: true,
  lockedUntil: null,
  failedSignIns: 0,
  factors: [],
  factorDueAt: null,
  createdAt: at,
  lastSignInAt: null,
};
const plainLook: Omit<detection.DetectionSummary, 'id' | 'decision'> = {
  kind: 'data-poisoning',
  severity: null,
  detectedSeverity: null,
  pValue: null,
  summary: '',
  technique: [],
  signatures: [],
  subject: { assetId: null },
  flaggedTotal: 0,
  calibration: null,
  acts: [],
  alertId: null,
  incidentId: null,
  verdict: { verdict: null, reason: '', by: null, at: null },
  dryRun: false,
  source: 'analysis',
  createdAt: at,
  version: 1,
};
const plainBlock = {
  state: 'in_force' as const,
  detectionId: null,
  incidentId: null,
  inForceAfterMs: 0,
  liftedAt: null,
  liftedBy: null,
  liftReason: null,
  createdBy: 'test',
  refused: 0,
};
const severity: Severity = 'high';
const plainAlert: Omit<alerts.SecurityAlert, 'id' | 'lastAt' | 'fingerprint'> = {
  title: 'Crafted inputs',
  description: '',
  severity,
  detectedSeverity: severity,
  state: 'new',
  status: 'open',
  category: 'model-evasion',
  technique: [],
  evidence: {},
  source: 'adversarial-detection',
  occurrences: 1,
  firstSeenAt: at,
  lastSeenAt: at,
  detectionId: null,
  assigneeId: null,
  assigneeName: null,
  incidentId: null,
  incidentNumber: null,
  correlatedWith: [],
  resolution: null,
  acknowledgedBy: null,
  assetId: null,
  assetName: null,
  vulnerabilityId: null,
  vulnerabilityNumber: null,
  count: 1,
  firstAt: at,
  acknowledgedByName: null,
  acknowledgedAt: null,
  closedByName: null,
  closedAt: null,
  closeCause: null,
  note: '',
  createdAt: at,
  updatedAt: at,
  version: 1,
};
