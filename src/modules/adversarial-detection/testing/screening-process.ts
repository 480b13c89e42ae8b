/** For tests: a process of its own that screens, and hears of blocks by the database alone. Started with fork. */
import { overrideEnvironment } from '../../../platform/config.ts';
import { Database, type Target } from '../../../platform/database/connection.ts';
import { transaction, useDatabase } from '../../../platform/database/database.ts';
import { serveLocally } from '../../../platform/http/call.ts';
import { handle } from '../../../platform/http/handle.ts';
import { installTransactions } from '../../../platform/http/run-route.ts';
import { quarantinedAssets } from '../../incidents/contract.ts';
import type { BlockQuestion } from '../blocks/block-set.ts';
import { screeningState } from '../screening/screening-state.ts';
import { startScreening } from '../wiring.ts';

export type ScreeningOrder = { readonly target: Target; readonly workspaceId: string; readonly question: BlockQuestion };
/** `listening`: it would hear of a block from now on. `refused`: it refuses, since this moment (ms since 1970). */
export type ScreeningNews = 'listening' | { readonly refused: number };

async function begin({ target, workspaceId, question }: ScreeningOrder): Promise<void> {
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', SESSION_SECRET: 'for tests only, for tests only, 1' });
  installTransactions(transaction);
  serveLocally([handle(quarantinedAssets, () => ({ items: [] }), { transaction: 'none' })]);
  const database = new Database(target, { poolSize: 2 });
  useDatabase(database);
  const { blocks } = await screeningState(workspaceId);
  const screening = startScreening();
  const told = setInterval(() => {
    if (blocks.find(question) === null) return;
    clearInterval(told);
    process.send?.({ refused: Date.now() } satisfies ScreeningNews);
  }, 2);
  process.once('disconnect', () => void screening.stop().then(() => database.close()));
  process.send?.('listening' satisfies ScreeningNews);
}

process.once('message', (order: ScreeningOrder) => void begin(order));
