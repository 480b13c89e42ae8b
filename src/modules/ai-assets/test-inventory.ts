/** For tests of this slice: a database, or two workspaces of one, and the calls of a person, a job and a source, as `handle` would run them. */
import type { Actor } from '../../contract/actor.ts';
import type { Permission } from '../../contract/permission.ts';
import { sharedDatabase, type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import type { Observation } from './contract.ts';
import { observe } from './observing/observe.ts';

type Owner = Parameters<typeof testDatabase>[0];
export type Inventory = TestDatabase & {
  readonly person: Actor;
  observe(input: {
    observations: Observation[];
    run?: string;
    scope?: string | null;
    final?: boolean;
    source?: string;
    edges?: Parameters<typeof observe>[0]['edges'];
  }): ReturnType<typeof observe>;
  events(type: string): Promise<Record<string, unknown>[]>;
};

export async function testInventory(t: Owner): Promise<Inventory> {
  return inventoryIn(await testDatabase(t));
}

/** One database for all tests of a file; every call is an empty inventory of its own. */
export function sharedInventory(t: Owner): () => Promise<Inventory> {
  const database = sharedDatabase(t);
  return async () => inventoryIn(await database());
}

function inventoryIn(base: TestDatabase): Inventory {
  const person: Actor = {
    kind: 'user',
    id: '0190a0b0-0000-7000-8000-000000000001',
    workspaceId: base.workspaceId,
    role: 'engineer',
    permissions: new Set<Permission>(),
  };
  const machine = base.context().actor;
  return {
    ...base,
    person,
    observe: ({ observations, run, scope = null, final = true, source = 'discovery', edges = [] }) =>
      base.run(() => observe({ observations, scope, final, source, edges, ...(run === undefined ? {} : { run }) }, machine)),
    events: async (type) => {
      const { rows } = await base.owner.query<{ payload: Record<string, unknown> }>(
        'select payload from platform.outbox where type = $1 and workspace_id = $2 order by at, id',
        [type, base.workspaceId],
      );
      return rows.map(({ payload }) => payload);
    },
  };
}

export function seenModel(path: string, more: Partial<Observation> = {}): Observation {
  return {
    keys: [`file:${path}`],
    type: 'model',
    name: path.slice(path.lastIndexOf('/') + 1),
    mark: 'observed',
    places: [{ place: path, line: null, evidence: 'pickle, 120 bytes' }],
    ...more,
  };
}
