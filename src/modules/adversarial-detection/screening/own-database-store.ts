/** Which database this work belongs to: what is kept in memory is kept for each of them, because tests have many. */
import { currentDatabase, inDatabase } from '../../../platform/database/database.ts';

export type OwnDatabase = ReturnType<typeof currentDatabase>;
/** @throws database.notOpen */
export function ownDatabase(): OwnDatabase {
  return currentDatabase();
}

/** Runs work later in the database it was begun for. */
export function insideDatabase<T>(database: OwnDatabase, work: () => T): T {
  return inDatabase(database, work);
}
