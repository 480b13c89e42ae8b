/** Test sign-ins: everything is checked, nobody is signed in, and what failed is said step by step. */
import { z } from 'zod';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { beginAt } from './begin.ts';
import { Walk } from './checks.ts';
import {
  type readProviderTest,
  singleSignOnProblems,
  type TestReport,
  TestReport as TestReportSchema,
  type testSignInProvider,
} from './provider-contract.ts';
import { demandProvider } from './providers.ts';
import { findTest } from './request-store.ts';

type Begun = OutputOf<typeof testSignInProvider>;
export async function beginTest({ id }: ParsedInputOf<typeof testSignInProvider>, context: RequestContext): Promise<Begun> {
  const { provider } = await transaction(context, () => demandProvider(id), { readOnly: true });
  const { request, answer } = await beginAt(provider, { purpose: 'test', accountId: context.actor.id, next: '/' }, context);
  return { location: answer.location, test: request.id };
}

const Kept = z.object({ checks: TestReportSchema.shape.checks, claims: TestReportSchema.shape.claims });

/** Only one's own: it holds what the provider says about a person. */
export async function readTest({ id, test }: ParsedInputOf<typeof readProviderTest>, { actor }: RequestContext): Promise<TestReport> {
  const { provider } = await demandProvider(id);
  const row = await findTest(test, id, actor.id);
  if (!row) throw singleSignOnProblems.providerNotFound({ id: test });
  const startedAt = row.createdAt.toISOString();
  if (row.report !== null) return { id: test, finished: true, startedAt, ...Kept.parse(row.report) };
  const waiting = new Walk(provider.kind).report().map((check) => ({ ...check, outcome: 'not-reached' as const, remedy: null }));
  return { id: test, finished: false, startedAt, checks: waiting, claims: null };
}
