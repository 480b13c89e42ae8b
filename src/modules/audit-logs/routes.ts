/** The product door of the audit log: reading only. */
import { handle, type Route } from '../../platform/http/handle.ts';
import { getAuditLog, listAuditLogs, verifyAuditLog } from './contract.ts';
import { readEntry, readLog } from './reading.ts';
import { verifyLog } from './verify.ts';

export const routes: readonly Route[] = [
  // Reading leaves an entry, which a read-only transaction could not write.
  handle(listAuditLogs, readLog, { transaction: 'none' }),
  handle(verifyAuditLog, verifyLog, { transaction: 'none' }),
  handle(getAuditLog, ({ id }, context) => readEntry(id, context), { transaction: 'none' }),
];
