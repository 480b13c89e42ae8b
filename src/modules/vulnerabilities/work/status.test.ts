import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Role } from '../../../contract/permission.ts';
import { type Status, statuses, type Transition } from '../vulnerability.ts';
import { checkGrant, checkMove, movesFor, rules, type Standing } from './status.ts';

const now = new Date('2026-03-01T00:00:00Z');
const full = { reason: 'looked at it twice', resolution: 'fixed', until: '2026-06-01T00:00:00Z' } as const;
function tryMove(
  from: Status,
  transition: Transition,
  {
    role = 'admin',
    assigneeId = 'someone',
    acceptance = null,
  }: { role?: Role | null; assigneeId?: string | null; acceptance?: Standing['acceptance'] } = {},
): string {
  try {
    checkMove({ row: { status: from, assigneeId, acceptance }, transition, actor: { role }, now, mostAcceptanceDays: 365 });
    return 'allowed';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code).replace('vulnerabilities.', '') : 'defect';
  }
}

test('allows exactly the moves of the design', () => {
  const allowed = statuses.flatMap((from) =>
    statuses.filter((to) => tryMove(from, { to, ...full }) === 'allowed').map((to) => `${from} → ${to}`),
  );
  assert.deepEqual(allowed, [
    'open → in_progress',
    'open → resolved',
    'open → false_positive',
    'open → risk_accepted',
    'in_progress → open',
    'in_progress → resolved',
    'in_progress → false_positive',
    'in_progress → risk_accepted',
    'resolved → open',
    'false_positive → open',
    'risk_accepted → open',
  ]);
});
test('lets engineers work but not judge false positives', () => {
  assert.equal(tryMove('open', { to: 'resolved', ...full }, { role: 'engineer' }), 'allowed');
  assert.equal(tryMove('open', { to: 'false_positive', ...full }, { role: 'engineer' }), 'roleRefused');
  assert.equal(tryMove('open', { to: 'resolved', ...full }, { role: 'auditor' }), 'roleRefused');
  assert.equal(tryMove('open', { to: 'resolved', ...full }, { role: null }), 'roleRefused');
});
test('asks for what each move needs', () => {
  assert.equal(tryMove('open', { to: 'in_progress' }, { assigneeId: null }), 'assigneeMissing');
  assert.equal(tryMove('open', { to: 'resolved', reason: 'done' }), 'reasonMissing');
  assert.equal(tryMove('open', { to: 'resolved', resolution: 'fixed' }), 'reasonMissing');
  assert.equal(tryMove('open', { to: 'false_positive', reason: 'no' }), 'reasonTooShort');
  assert.equal(tryMove('open', { to: 'risk_accepted', reason: 'long enough reason' }), 'untilMissing');
  assert.equal(tryMove('resolved', { to: 'open' }), 'reasonMissing');
});
test('accepts a risk for at most 365 days ahead', () => {
  const accept = (until: string) => tryMove('open', { to: 'risk_accepted', reason: 'long enough reason', until });
  assert.equal(accept('2027-03-01T00:00:00Z'), 'allowed');
  assert.equal(accept('2027-03-01T00:00:01Z'), 'untilOutOfRange');
  assert.equal(accept('2026-02-28T00:00:00Z'), 'untilOutOfRange');
});
test('takes one request to accept at a time', () => {
  assert.equal(
    tryMove('open', { to: 'risk_accepted', ...full }, { acceptance: { requestedByName: 'Ana', grantedAt: null } }),
    'requestPending',
  );
});
test('grants only by ciso or admin, and never by the one who asked', () => {
  const request = { requestedBy: 'ana', grantedAt: null };
  checkGrant(request, { role: 'ciso', id: 'ben' });
  assert.throws(() => checkGrant(request, { role: 'ciso', id: 'ana' }), { code: 'vulnerabilities.ownRequest' });
  assert.throws(() => checkGrant(request, { role: 'analyst', id: 'ben' }), { code: 'vulnerabilities.roleRefused' });
  assert.throws(() => checkGrant(null, { role: 'ciso', id: 'ben' }), { code: 'vulnerabilities.noRequest' });
  assert.throws(() => checkGrant({ ...request, grantedAt: '2026-01-01T00:00:00Z' }, { role: 'ciso', id: 'ben' }), {
    code: 'vulnerabilities.noRequest',
  });
});
test('shows the buttons of the same table, refused ones with who can', () => {
  const moves = movesFor({ status: 'open', assigneeId: null, acceptance: null }, { role: 'engineer' });
  assert.deepEqual(
    moves.map(({ to, allowed }) => [to, allowed]),
    [
      ['in_progress', true],
      ['resolved', true],
      ['false_positive', false],
      ['risk_accepted', true],
    ],
  );
  assert.equal(moves[2]?.refusal, 'Only analyst, ciso, admin can do this.');
  assert.equal(rules.length, 6);
});
test('shows no second way to ask while a request waits, and does once it was granted', () => {
  const accept = (acceptance: Standing['acceptance']) =>
    movesFor({ status: 'open', assigneeId: null, acceptance }, { role: 'engineer' }).find(({ to }) => to === 'risk_accepted');
  assert.match(accept({ requestedByName: 'Ana', grantedAt: null })?.refusal ?? '', /^Ana has asked already/);
  assert.equal(accept({ requestedByName: 'Ana', grantedAt: '2026-01-01T00:00:00Z' })?.allowed, true);
});
test('the shortest reason that is enough is enough', () => {
  assert.equal(tryMove('open', { to: 'false_positive', reason: '123456789' }), 'reasonTooShort');
  assert.equal(tryMove('open', { to: 'false_positive', reason: '1234567890' }), 'allowed');
});
