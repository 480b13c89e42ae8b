/** The product door of connections. The string that opens one comes in and never goes out. */
import type { Context } from '../../../contract/actor.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { listTables } from '../../data-quality/contract.ts';
import {
  addConnection,
  type Connection,
  changeConnection,
  connectionProblems,
  getConnection,
  listConnections,
  listConnectionTables,
  removeConnection,
  testConnection,
} from '../contract.ts';
import { testOf } from './connection-facts.ts';
import {
  countConnections,
  deleteConnection,
  findConnection,
  insertConnection,
  listConnectionRows,
  lockConnection,
  monitorsThrough,
  openConnection,
  updateConnection,
} from './connection-store.ts';
import { loginOf, onPostgres } from './postgres-store.ts';
import type { RemotePlace } from './remote-table.ts';

const mostConnections = 500;
const own = { transaction: 'none' } as const;
const type = 'data-quality-connection';

async function connectionOrRefuse(id: string, find = findConnection): Promise<Connection> {
  const found = await find(id);
  if (found === null) throw connectionProblems.connectionNotFound({ id });
  return found;
}

const factsOf = ({ name, host, port, database, user, encryption, authorities, statementTimeoutMs }: Connection) => ({
  name,
  host,
  port,
  database,
  user,
  encryption,
  authorities: authorities.map(({ subject }) => subject),
  statementTimeoutMs,
});

/** The database may take long to answer: no transaction of ours waits for it. */
function placeOf(id: string, context: Context): Promise<RemotePlace> {
  return transaction(context, async () => {
    const { statementTimeoutMs } = await connectionOrRefuse(id);
    return { parts: await openConnection(id), statementTimeoutMs };
  });
}

export const connectionRoutes: readonly Route[] = [
  handle(listConnections, (paging) => listConnectionRows(paging)),
  handle(getConnection, ({ id }) => connectionOrRefuse(id)),
  handle(addConnection, async (draft, { actor }) => {
    if ((await countConnections()) >= mostConnections) throw connectionProblems.connectionsFull({ most: mostConnections });
    const made = await insertConnection({ ...draft, createdBy: actor.id });
    if (made === null) throw connectionProblems.connectionExists({ name: draft.name });
    audit.subject({ type, id: made.id });
    audit.change({ after: factsOf(made) });
    return made;
  }),
  handle(changeConnection, async ({ id, version, ...change }) => {
    const before = await connectionOrRefuse(id, lockConnection);
    if (version !== undefined && version !== before.version) throw commonProblems.conflict({ expected: version, actual: before.version });
    const after = await updateConnection(before, change);
    audit.subject({ type, id });
    audit.change({ before: factsOf(before), after: { ...factsOf(after), secretChanged: change.connectionString !== undefined } });
    return after;
  }),
  handle(removeConnection, async ({ id }) => {
    const before = await connectionOrRefuse(id, lockConnection);
    const monitors = await monitorsThrough(before);
    if (monitors.length > 0) throw connectionProblems.connectionInUse({ monitors: monitors.join(', ') });
    await deleteConnection(id);
    audit.subject({ type, id });
    audit.change({ before: factsOf(before) });
    return before;
  }),
  handle(
    testConnection,
    async ({ id }, context) => {
      const answer = await testOf(await placeOf(id, context), context.signal);
      audit.subject({ type, id });
      audit.change({ after: { works: answer.works, mayWrite: answer.facts?.mayWrite ?? null } });
      return answer;
    },
    own,
  ),
  handle(
    listConnectionTables,
    async ({ id }, context) => {
      const { parts, statementTimeoutMs } = await placeOf(id, context);
      const options = { statementTimeoutMs, tag: 'ai-spm data quality', signal: context.signal };
      const tables = await onPostgres(loginOf(parts), options, listTables);
      return { tables: tables.map(({ schema, name }) => ({ schema, table: name })) };
    },
    own,
  ),
];
