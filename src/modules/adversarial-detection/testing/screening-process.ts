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
/** Once it listens: what is watched for next. */
export type NextOrder = Pick<ScreeningOrder, 'question'>;
/** `listening`: it would hear of a block from now on. `refused`: it refuses, since this moment (ms since 1970). */
export type ScreeningNews = 'listening' | { readonly refused: number };

/** ms since 1970, in fractions of them. */
export const instant = (): number => performance.timeOrigin + performance.now();

async function begin({ target, workspaceId, question }: ScreeningOrder): Promise<void> {
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', SESSION_SECRET: 'for tests only, for tests only, 1' });
  installTransactions(transaction);
  serveLocally([handle(quarantinedAssets, () => ({ items: [] }), { transaction: 'none' })]);
  const database = new Database(target, { poolSize: 2 });
  useDatabase(database);
  const { blocks } = await screeningState(workspaceId);
  const screening = startScreening();
  const watch = (asked: BlockQuestion): void => {
    const told = setInterval(() => {
      if (blocks.find(asked) === null) return;
      clearInterval(told);
      process.send?.({ refused: instant() } satisfies ScreeningNews);
    }, 1);
  };
  watch(question);
  process.on('message', (next: NextOrder) => watch(next.question));
  process.once('disconnect', () => void screening.stop().then(() => database.close()));
  process.send?.('listening' satisfies ScreeningNews);
}

process.once('message', (order: ScreeningOrder) => void begin(order));
