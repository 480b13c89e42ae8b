/** The configuration of a workspace: the newest row is in force, all of them stay. */
import { desc } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { DataConfig, type KeptConfig } from '../contract.ts';
import { configTable as config } from '../table.ts';

/** In force until somebody says otherwise. */
const defaults: DataConfig = {
  monitoringInterval: 60,
  enableQuality: true,
  enableDrift: true,
  enableAnomalies: true,
  enablePoisoning: true,
  enableAlerts: true,
  batchSize: 10_000,
  retentionDays: 90,
  alertThresholds: { qualityScoreThreshold: 0.8, driftThreshold: 0.3, anomalyRateThreshold: 0.05 },
  mostAlertsOfMonitor: 20,
};

export async function findConfig(): Promise<KeptConfig> {
  const [row] = await db().select().from(config).orderBy(desc(config.version)).limit(1);
  if (row === undefined) return { ...defaults, version: 0, changedBy: null, changedAt: null };
  // A setting that came with a later release has its default until it is changed.
  const body = DataConfig.parse({ ...defaults, ...(row.body as object) });
  return { ...body, version: row.version, changedBy: row.changedBy, changedAt: row.changedAt.toISOString() };
}

/** Answers false when somebody wrote this version first. */
export async function insertConfig(version: number, body: DataConfig, changedBy: string): Promise<boolean> {
  const rows = await db().insert(config).values({ version, body, changedBy }).onConflictDoNothing().returning({ version: config.version });
  return rows.length > 0;
}
