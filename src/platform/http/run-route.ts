/** The inside of `handle`: permission, input, transaction, audit, output. The same for requests and for calls in process. */
import type { Actor, Context } from '../../contract/actor.ts';
import { type Endpoint, stepUpMs } from '../../contract/endpoint.ts';
import type { Access } from '../../contract/permission.ts';
import { commonProblems, isProblem, Problem } from '../../contract/problem.ts';
import { withContext } from '../ambient.ts';
import { type AuditRecord, audit, auditProblems, checkAuditGate, withAuditNotes } from '../audit.ts';
import { coverage } from '../audit-coverage.ts';
import { noteReading } from '../audit-reading.ts';
import { log } from '../log.ts';
import { judged } from './department-check.ts';
import type { RequestContext, Route } from './handle.ts';
import { parseInput } from './input.ts';

/** Runs work in one transaction of the context's workspace, as the running context. */
export type TransactionRunner = <T>(context: Context, work: () => Promise<T>, options?: { readonly readOnly?: boolean }) => Promise<T>;
let transaction: TransactionRunner = () => Promise.reject(commonProblems.unavailable({ what: 'database' }));

/** The product door brings its database; compute doors have none, and their processes load no database code. */
export function installTransactions(runner: TransactionRunner): void {
  transaction = runner;
}

/** @throws request.notSignedIn, request.forbidden */
export function checkAccess(access: Access, actor: Actor | null): asserts actor is Actor {
  if (access === 'public') return;
  if (actor === null) throw commonProblems.notSignedIn();
  if (access === 'signed-in') return;
  if (access === 'service') {
    if (actor.kind === 'user') throw commonProblems.forbidden({ permission: 'a service identity' });
    return;
  }
  if (!actor.permissions.has(access)) throw commonProblems.forbidden({ permission: access });
}

/**
 * Only at the door: what a request may do was settled there, and its own further calls ask nothing more of the person.
 * @throws request.stepUpNeeded
 */
export function checkStepUp({ stepUp }: Pick<Endpoint, 'stepUp'>, { kind, verifiedAt }: Actor, now = Date.now()): void {
  if (!stepUp || kind !== 'user') return;
  if (verifiedAt === undefined || now - verifiedAt > stepUpMs) throw commonProblems.stepUpNeeded({ minutes: stepUpMs / 60_000 });
}

/** Only at the door, as {@link checkStepUp}. @throws request.enrolmentNeeded */
export function checkEnrolment({ access, enrolment }: Pick<Endpoint, 'access' | 'enrolment'>, { enrolmentOnly }: Actor): void {
  if (enrolmentOnly && !enrolment && access !== 'public') throw commonProblems.enrolmentNeeded();
}

/**
 * Runs a route for a context whose access was checked.
 * Product routes get a transaction (unless they open their own) that also holds events, jobs and the audit record.
 */
export async function runRoute(route: Route, rawInput: unknown, context: RequestContext): Promise<unknown> {
  return runParsed(route, parsedFor(route.endpoint, rawInput), context);
}

/** The same for a request: what somebody is shown is recorded here, at the door, and not again for what the answer is made of. */
export async function runAtDoor(route: Route, rawInput: unknown, context: RequestContext): Promise<unknown> {
  const { endpoint } = route;
  const { reading } = endpoint;
  const input = parsedFor(endpoint, rawInput);
  const output = await runParsed(route, input, context);
  if (reading !== false && endpoint.door === 'product') await noteReading({ ...endpoint, reading }, input, context, transaction);
  return output;
}

async function runParsed(route: Route, input: unknown, context: RequestContext): Promise<unknown> {
  const { endpoint } = route;
  // The transaction makes the context the running one by itself.
  if (endpoint.door === 'product' && route.transaction === 'one') return await runInTransaction(route, input, context);
  return await withContext(context, () => (endpoint.door === 'product' ? runAudited : runPlain)(route, input, context));
}

function parsedFor({ input, invalidCode }: Endpoint, rawInput: unknown): unknown {
  if (invalidCode === undefined) return parseInput(input, rawInput);
  try {
    return parseInput(input, rawInput);
  } catch (error) {
    if (!isProblem(error) || error.code !== notParsed) throw error;
    throw new Problem(invalidCode, error.status, error.message, error.params, { issues: error.issues });
  }
}
const notParsed = commonProblems.invalid().code;

async function runPlain(route: Route, input: unknown, context: RequestContext): Promise<unknown> {
  return checkedOutput(route.endpoint, await route.run(input, context));
}

function runInTransaction(route: Route, input: unknown, context: RequestContext): Promise<unknown> {
  const readOnly = route.endpoint.audit === false && route.endpoint.method === 'GET';
  return transaction(context, () => runAudited(route, input, context), { readOnly });
}

async function runAudited(route: Route, input: unknown, context: RequestContext): Promise<unknown> {
  const { endpoint } = route;
  if (endpoint.audit === false) return checkedOutput(endpoint, await route.run(input, context));
  const action = endpoint.audit;
  checkAuditGate({ changes: endpoint.method !== 'GET' });
  return withAuditNotes(async (finish) => {
    const output = checkedOutput(endpoint, await judged(endpoint, context.actor, () => route.run(input, context)));
    const record: AuditRecord = {
      action,
      resource: { type: endpoint.tag, id: idOf(input) ?? idOf(output) },
      outcome: 'done',
      request: requestOf(endpoint),
    };
    if (route.transaction === 'one') await finish(record);
    else await transaction(context, () => finish(record));
    return output;
  });
}

/** Whether a request of it must leave an entry, however it ends. */
export function leavesEntry({ door, audit: action }: Endpoint): boolean {
  return door === 'product' && action !== false;
}

/** Counts how a request ended that must have left an entry (see audit-coverage.ts). */
export function countRefusal(endpoint: Endpoint, { code, status }: Problem, { actor, traceId }: Context): void {
  if (endpoint.door !== 'product') return;
  const isUnwritten = code === noEntry;
  if (leavesEntry(endpoint)) {
    if (isUnwritten) coverage.withdrawn();
    else coverage.decided(actor.workspaceId, traceId);
    return;
  }
  if (status !== 403) return;
  coverage.cameIn();
  coverage.decided(actor.workspaceId, traceId);
}
const noEntry = auditProblems.unavailable().code;

/** A denied or failed state change leaves its own entry, in its own transaction. Never throws: the answer is already decided. */
export async function recordRefusal(endpoint: Endpoint, error: unknown, context: Context, rawInput: unknown): Promise<void> {
  if (endpoint.door !== 'product' || !isProblem(error)) return;
  // There is no room for entries, so none about that either.
  if (error.code === noEntry) return;
  const denied = error.status === 403;
  if (!denied && endpoint.audit === false) return;
  const action = endpoint.audit === false ? `${endpoint.tag}.${endpoint.operation}` : endpoint.audit;
  try {
    await withContext(context, () =>
      transaction(context, () =>
        audit.record({
          action,
          resource: { type: endpoint.tag, id: idOf(rawInput) },
          outcome: denied ? 'denied' : 'failed',
          reason: error.code,
          request: requestOf(endpoint),
        }),
      ),
    );
  } catch (failure) {
    log('error').error({ error: failure, code: 'audit.unavailable', action }, 'A refusal could not be written to the audit log');
  }
}

function requestOf(endpoint: Endpoint): { method: string; endpoint: string } {
  return { method: endpoint.method, endpoint: endpoint.path };
}

function idOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' ? value.id.slice(0, 200) : null;
}

/** What leaves is what the contract says: unknown fields are dropped, a wrong answer is our defect (500). */
function checkedOutput(endpoint: Endpoint, output: unknown): unknown {
  if (endpoint.kind !== 'json') return output;
  return endpoint.output.parse(output);
}
