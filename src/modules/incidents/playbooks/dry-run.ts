/** What a playbook would have done: it is held against the alerts of the last days, and nothing happens. */
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { listAlerts, type SecurityAlert } from '../../security-alerts/contract.ts';
import { actionOf } from '../acts/act.ts';
import { type AssetFacts, assetFacts } from '../asset-facts.ts';
import { type Playbook, type PlaybookStep, playbookProblems as problems } from '../contract.ts';
import { factsFrom, valuesOfAlert } from './facts.ts';
import { checkText, fill, fits } from './playbook.ts';

const mostAlerts = 1000;
const pageRows = 500;
const mostMatches = 200;

/** @throws incidents.playbookInvalid */
export async function dryRun(text: string, days: number) {
  const { playbook, issues } = checkText(text);
  if (playbook === null) throw problems.playbookInvalid({ reason: issues[0]?.message ?? 'it cannot be read.' });
  const { alerts, truncated } = await lately(days);
  const assets = new Map<string, AssetFacts | null>();
  const matched = [];
  for (const alert of alerts) {
    const asset = await cached(assets, alert.assetId);
    if (!fits(playbook.when, factsFrom({ category: alert.category, severity: alert.severity, source: alert.source }, asset))) continue;
    matched.push({
      alertId: alert.id,
      title: alert.title,
      severity: alert.severity,
      at: alert.lastAt,
      steps: await stepsFor(playbook, alert),
    });
    if (matched.length >= mostMatches) break;
  }
  return { examined: alerts.length, truncated: truncated || matched.length >= mostMatches, matched };
}

async function lately(days: number): Promise<{ alerts: SecurityAlert[]; truncated: boolean }> {
  const from = new Date(Date.now() - days * 86_400_000).toISOString();
  const alerts: SecurityAlert[] = [];
  for (let cursor: string | null | undefined; alerts.length < mostAlerts; ) {
    const page = await call(listAlerts, { from, limit: pageRows, ...(cursor == null ? {} : { cursor }) });
    alerts.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return { alerts, truncated: false };
  }
  return { alerts, truncated: true };
}

async function cached(known: Map<string, AssetFacts | null>, id: string | null): Promise<AssetFacts | null> {
  if (id === null) return null;
  const found = known.get(id);
  if (found !== undefined) return found;
  const facts = await assetFacts(id);
  known.set(id, facts);
  return facts;
}

async function stepsFor({ steps }: Playbook, alert: SecurityAlert) {
  const values = await valuesOfAlert(alert);
  return steps.map((step) => ({ action: actionOf(step.action).title, needsApproval: step.needsApproval, ...wordsFor(step, values) }));
}

function wordsFor({ action, parameters }: PlaybookStep, values: ReadonlyMap<string, string>): { says: string; problem: string | null } {
  try {
    return { says: actionOf(action).describe(fill(parameters, values)), problem: null };
  } catch (error) {
    if (isProblem(error)) return { says: actionOf(action).title, problem: error.message };
    throw error;
  }
}
