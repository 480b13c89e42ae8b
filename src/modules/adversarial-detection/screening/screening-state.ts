/** What this process knows for screening: blocks, quarantined assets, configuration and profiles of each workspace. */
import type { Context } from '../../../contract/actor.ts';
import { systemActor } from '../../../platform/actors.ts';
import { withContext } from '../../../platform/ambient.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { newTraceId } from '../../../platform/http/trace.ts';
import { quarantinedAssets } from '../../incidents/contract.ts';
import { type BlockEntry, BlockSet } from '../blocks/block-set.ts';
import { findBlock, findBlocksInForce } from '../blocks/block-store.ts';
import { findConfiguration } from '../configuration/config-store.ts';
import type { Configuration } from '../contract.ts';
import { KnownGuards } from '../guard/known-guards.ts';
import { KnownProfiles } from '../profiles/known-profiles.ts';
import type { BlockRow } from '../table.ts';
import { ClientWindows } from './client-windows.ts';
import { ownDatabase } from './own-database-store.ts';

export type ScreeningState = {
  readonly workspaceId: string;
  readonly blocks: BlockSet;
  readonly quarantined: Set<string>;
  readonly profiles: KnownProfiles;
  readonly clients: ClientWindows;
  readonly guards: KnownGuards;
  configuration: Configuration;
};

type Known = { readonly state: ScreeningState | null; readonly loading: Promise<ScreeningState> };
/** By database, because tests have many; by workspace within. */
const known = new WeakMap<object, Map<string, Known>>();

function statesHere(): Map<string, Known> {
  const database = ownDatabase();
  const present = known.get(database);
  if (present !== undefined) return present;
  const made = new Map<string, Known>();
  known.set(database, made);
  return made;
}

/** The state of a workspace: at once when it is loaded, which is always but for the first question. */
export function screeningState(workspaceId: string): ScreeningState | Promise<ScreeningState> {
  const states = statesHere();
  const present = states.get(workspaceId);
  if (present !== undefined) return present.state ?? present.loading;
  const loading = loadState(workspaceId);
  states.set(workspaceId, { state: null, loading });
  return loading.then(
    (state) => {
      states.set(workspaceId, { state, loading });
      return state;
    },
    (error: unknown) => {
      // The next question tries again.
      states.delete(workspaceId);
      throw error;
    },
  );
}

export function contextOfWorkspace(workspaceId: string): Context {
  return {
    actor: systemActor(workspaceId, 'adversarial-detection'),
    traceId: newTraceId(),
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
}

/** A transaction of its own, whatever is running around: what is known must not depend on who asked first. */
function read<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
  const context = contextOfWorkspace(workspaceId);
  return withContext(context, () => transaction(context, work, { readOnly: true }));
}

async function loadState(workspaceId: string): Promise<ScreeningState> {
  return read(workspaceId, async () => {
    const state: ScreeningState = {
      workspaceId,
      blocks: new BlockSet(),
      quarantined: new Set(),
      profiles: new KnownProfiles(),
      clients: new ClientWindows(),
      guards: new KnownGuards(),
      configuration: await findConfiguration(),
    };
    state.blocks.load((await findBlocksInForce()).map(entryOf));
    await loadQuarantined(state);
    await state.guards.load();
    return state;
  });
}

async function loadQuarantined(state: ScreeningState): Promise<void> {
  const { items } = await call(quarantinedAssets, {});
  state.quarantined.clear();
  for (const { assetId } of items) state.quarantined.add(assetId);
}

export function entryOf({ id, kind, modelId, inputSha256, clientId, expiresAt }: BlockRow): BlockEntry {
  return { id, kind, modelId, inputSha256, clientId, expiresAtMs: expiresAt.getTime() };
}

/** Everything again, for every workspace known here: after a lost connection nobody knows what was missed. */
export async function reloadStates(): Promise<void> {
  for (const workspaceId of statesHere().keys()) {
    await refresh(workspaceId, 'config', '');
    await refresh(workspaceId, 'quarantine', '');
    await refresh(workspaceId, 'blocks', '');
    await refresh(workspaceId, 'profile', '');
    await refresh(workspaceId, 'guard', '');
  }
}

/**
 * A block that another process set, as its notification tells it. {@link refresh} reads it too: a reload that began before the commit
 * would otherwise forget it.
 */
export function refuseAtOnce(workspaceId: string, told: string): void {
  const state = statesHere().get(workspaceId)?.state ?? null;
  // Only this platform notifies, with what `notifyOfBlock` wrote.
  state?.blocks.set(JSON.parse(told) as BlockEntry);
}

/** Brings one part up to date. Workspaces that this process never screened for are left alone. */
export async function refresh(workspaceId: string, topic: string, id: string): Promise<void> {
  const present = statesHere().get(workspaceId);
  if (present === undefined) return;
  const state = present.state ?? (await present.loading);
  if (topic === 'profile') return state.profiles.forget(id);
  await read(workspaceId, async () => {
    if (topic === 'config') state.configuration = await findConfiguration();
    if (topic === 'quarantine') await loadQuarantined(state);
    if (topic === 'guard') await state.guards.load();
    if (topic === 'blocks') state.blocks.load((await findBlocksInForce()).map(entryOf));
    if (topic === 'block') await refreshBlock(state, id);
  });
}

async function refreshBlock({ blocks }: ScreeningState, id: string): Promise<void> {
  const row = await findBlock(id);
  if (row === null || row.state !== 'in_force') blocks.remove(id);
  else blocks.set(entryOf(row));
}
