/** The configuration of a workspace: the newest row is in force, all of them stay. */
import { desc } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { type Configuration, ConfigurationBody, kinds } from '../contract.ts';
import { configTable as config } from '../table.ts';

/** In force until somebody says otherwise. */
export const defaultConfiguration: ConfigurationBody = {
  detectors: ConfigurationBody.shape.detectors.parse(
    Object.fromEntries(kinds.map((kind) => [kind, { enabled: true, targetFalsePositiveRate: 0.01, disabledSignatures: [] }])),
  ),
  response: {
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
  },
};

export async function findConfiguration(): Promise<Configuration> {
  const [row] = await db().select().from(config).orderBy(desc(config.version)).limit(1);
  if (row === undefined) return { ...defaultConfiguration, version: 0, changedBy: null, changedAt: null };
  // A setting that came with a later release has its default until it is changed.
  const stored = row.body as Partial<ConfigurationBody>;
  const body = ConfigurationBody.parse({
    detectors: { ...defaultConfiguration.detectors, ...stored.detectors },
    response: { ...defaultConfiguration.response, ...stored.response },
  });
  return { ...body, version: row.version, changedBy: row.changedBy, changedAt: row.changedAt.toISOString() };
}

/** Answers false when somebody wrote this version first. */
export async function insertConfiguration(version: number, body: ConfigurationBody, changedBy: string): Promise<boolean> {
  const rows = await db().insert(config).values({ version, body, changedBy }).onConflictDoNothing().returning({ version: config.version });
  return rows.length > 0;
}
