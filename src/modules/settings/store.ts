/** The workspace's own row. */
import { commonProblems } from '../../contract/problem.ts';
import { rowsOf } from '../../platform/database/database.ts';
import type { Workspace } from './contract.ts';

type Row = { id: string; name: string; unit: string | null; created_at: Date };

/** The contract checks what leaves, so the row is not checked here as well. */
function toWorkspace(row: Row | undefined): Workspace {
  if (row === undefined) throw commonProblems.internal({}, { cause: 'the running workspace has no row' });
  const { id, name, unit, created_at } = row;
  return { id, name, unit, createdAt: created_at.toISOString() };
}

export async function readWorkspace(): Promise<Workspace> {
  const [row] = await rowsOf<Row>('select id, name, unit, created_at from platform.workspace where id = platform.current_workspace()');
  return toWorkspace(row);
}

export async function updateWorkspace({ name, unit }: { name: string; unit: string | null }): Promise<Workspace> {
  const [row] = await rowsOf<Row>(
    `update platform.workspace set name = $1, unit = $2, updated_at = now()
     where id = platform.current_workspace() returning id, name, unit, created_at`,
    [name, unit],
  );
  return toWorkspace(row);
}
