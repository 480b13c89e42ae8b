/** The product door of the configuration and of the signature table. */
import { commonProblems } from '../../../contract/problem.ts';
import { currentContext } from '../../../platform/ambient.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { notifyProcesses } from '../blocks/block-store.ts';
import {
  type Configuration,
  ConfigurationBody,
  changeConfiguration,
  configurationChanged,
  detectionProblems,
  type Kind,
  kinds,
  listSignatures,
  readConfiguration,
  replaceConfiguration,
} from '../contract.ts';
import { severityRules, wordsOf } from '../detections/severity.ts';
import { refresh } from '../screening/screening-state.ts';
import { countSignatures } from '../statistics/statistics-store.ts';
import { findConfiguration, insertConfiguration } from './config-store.ts';

const bodyOf = ({ version: _version, changedBy: _by, changedAt: _at, ...body }: Configuration): ConfigurationBody => body;

/** What the caller saw: a version in the body, or in If-Match. */
type Seen = { readonly version: number | undefined; readonly ifMatch: string | undefined };

/** One entity tag that is a version, weak or not; * is any. @returns null: every version is right. @throws ifMatch @source RFC 9110, 13.1.1 */
function matchedVersion(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  const version = /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(ifMatch)?.[1];
  if (version === undefined) throw detectionProblems.ifMatch();
  return Number(version);
}

/** Writes the next version; other processes hear of it at the commit, this one reads it then. @throws request.conflict, configurationChanged, ifMatch */
async function put({ version: seen, ifMatch }: Seen, next: (before: ConfigurationBody) => ConfigurationBody): Promise<Configuration> {
  const actor = currentContext()?.actor;
  const before = await findConfiguration();
  if (seen !== undefined && seen !== before.version) throw commonProblems.conflict({ expected: seen, actual: before.version });
  const matched = matchedVersion(ifMatch);
  if (matched !== null && matched !== before.version)
    throw detectionProblems.configurationChanged({ expected: matched, actual: before.version });
  const body = next(bodyOf(before));
  const version = before.version + 1;
  if (!(await insertConfiguration(version, body, actor?.id ?? 'unknown')))
    throw commonProblems.conflict({ expected: before.version, actual: version });
  audit.subject({ type: 'adversarial-detection-config', id: String(version) });
  audit.change({ before: bodyOf(before), after: body });
  await notifyProcesses('config', String(version));
  await publish(configurationChanged, { version });
  if (actor !== undefined) afterCommit(() => refresh(actor.workspaceId, 'config', ''));
  return findConfiguration();
}

type Merged = Record<string, unknown>;
const isPlain = (value: unknown): value is Merged => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Depth is that of the schema: three. Lists are replaced whole. */
function merged(before: Merged, change: Merged): Merged {
  const result: Merged = { ...before };
  for (const [name, value] of Object.entries(change)) {
    const old = result[name];
    if (value !== undefined) result[name] = isPlain(old) && isPlain(value) ? merged(old, value) : value;
  }
  return result;
}

export const configurationRoutes: readonly Route[] = [
  handle(readConfiguration, () => findConfiguration()),
  handle(replaceConfiguration, ({ version, ...body }, { ifMatch }) => put({ version, ifMatch }, () => body)),
  handle(changeConfiguration, ({ version, ...change }, { ifMatch }) =>
    put({ version, ifMatch }, (before) => ConfigurationBody.parse(merged(before, change))),
  ),
  handle(listSignatures, async ({ kind }) => {
    const { detectors } = await findConfiguration();
    const detected = await countSignatures();
    const asked = (one: Kind) => kind === undefined || one === kind;
    return {
      items: severityRules()
        .filter((rule) => asked(rule.kind))
        .sort((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind))
        .map((rule) => ({
          id: rule.id,
          kind: rule.kind,
          title: rule.title,
          technique: rule.technique,
          severity: rule.severity,
          when: wordsOf(rule),
          enabled: detectors[rule.kind].enabled && !detectors[rule.kind].disabledSignatures.includes(rule.id),
          detectedLast30Days: detected.get(rule.id) ?? 0,
        })),
    };
  }),
];
