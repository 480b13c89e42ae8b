import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { StoredEvent } from '../../contract/event.ts';
import { systemActor } from '../../platform/actors.ts';
import { installAuditSink } from '../../platform/audit.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { testDatabase } from '../../platform/database/test-database.ts';
import { forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import { handle } from '../../platform/http/handle.ts';
import { installTransactions } from '../../platform/http/run-route.ts';
import { getUser, identityProblems } from '../identity/contract.ts';
import { raiseForHistory, raiseForPlace } from './audit-alerts.ts';
import { raiseForAttackedSignIn, raiseForCopiedPasskey, raiseForReusedToken } from './identity-alerts.ts';
import { raiseForDrift, raiseForSchema } from './jobs.ts';

test('a copied passkey, a token used twice, guesses at one account, thresholds that no longer fit, a changed schema and what second places refuse or show are one alert each, with the name of whose account it is', async (t) => {
  const base = await testDatabase(t);
  const { owner, workspaceId } = base;
  const at = new Date().toISOString();
  const accountId = randomUUID();
  const ada = {
    id: accountId,
    email: 'ada@example.org',
    name: 'Ada Admin',
    role: 'admin',
    department: null,
    active: true,
    lockedUntil: null,
    failedSignIns: 0,
    factors: [],
    factorDueAt: null,
    createdAt: at,
    lastSignInAt: null,
  } as const;
  serveLocally([
    handle(
      getUser,
      ({ id }) => {
        if (id !== accountId) throw identityProblems.userNotFound({ id });
        return { ...ada, factors: [] };
      },
      { transaction: 'none' },
    ),
  ]);
  t.after(() => forgetLocalRoutes());
  // Reading a person leaves an entry, in a transaction.
  installTransactions(transaction);
  installAuditSink(async () => {});
  const event: StoredEvent = {
    seq: 1,
    id: randomUUID(),
    workspaceId,
    type: 'passkey.copied',
    at,
    traceId: null,
    actorId: null,
    payload: null,
  };
  const passkeyId = randomUUID();
  // As event handlers do: the system itself, in the workspace of the event.
  const context = { ...base.context(), actor: systemActor(workspaceId, 'security-alerts') };
  await inDatabase(base.database, () =>
    transaction(context, async () => {
      await raiseForCopiedPasskey({ accountId, passkeyId }, event);
      await raiseForCopiedPasskey({ accountId, passkeyId }, event);
      await raiseForReusedToken({ accountId, familyId: randomUUID() }, event);
      await raiseForAttackedSignIn({ accountId, failures: 10 }, event);
      await raiseForAttackedSignIn({ accountId: randomUUID(), failures: 10 }, event);
      const drift = {
        profileId: randomUUID(),
        modelId: 'm',
        assetId: null,
        severity: 'low' as const,
        title: 'Drifted',
        summary: 'Too many.',
      };
      await raiseForDrift(drift, event);
      await raiseForDrift(drift, event);
      await raiseForSchema({ command: 'ALTER TABLE', objects: ['table audit_logs.head'], role: 'dba' }, event);
      await raiseForSchema({ command: 'ALTER TABLE', objects: ['table audit_logs.head'], role: 'dba' }, event);
      const refusing = { place: 'mail:a@example.org', size: 9, failures: 3, problem: 'The mail did not go out.' };
      await raiseForPlace(refusing, event);
      await raiseForPlace({ ...refusing, size: 12, failures: 96 }, event);
      await raiseForHistory({ place: 'file:/x', size: 3, signedSize: 5 }, event);
      await raiseForHistory({ place: 'file:/x', size: 9, signedSize: 7 }, event);
    }),
  );
  const alerts = await owner.query<{ title: string; severity: string; count: number }>(
    'select title, severity, count from security_alerts.alert order by id',
  );
  assert.deepEqual(
    alerts.rows.map(({ title, severity, count }) => [title, severity, count]),
    [
      ['A passkey of Ada Admin seems to be copied', 'high', 2],
      ['A refresh token of Ada Admin was used twice', 'high', 1],
      ['Somebody is guessing their way into the account of Ada Admin', 'medium', 1],
      ['Somebody is guessing their way into the account of somebody who is gone', 'medium', 1],
      ['Drifted', 'low', 2],
      ['The schema of the database was changed outside the migrations: ALTER TABLE on table audit_logs.head', 'high', 2],
      ['A second place of the audit log keeps no checkpoints: mail:a@example.org', 'high', 2],
      ['The audit log was rolled back: 5 entries were signed, and 3 are there', 'critical', 1],
      ['The audit log was rewritten: of its first 7 entries others were signed', 'critical', 1],
    ],
  );
});
