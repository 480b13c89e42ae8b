/** One request through a guard: read, held against blocks and quarantine, asked, screened with its answer, and passed on or refused. */
import { commonProblems, isProblem, type Problem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { RelayAnswer } from '../../../platform/http/handle.ts';
import { parseJsonBody } from '../../../platform/http/input.ts';
import type { OutsideAnswer } from '../../../platform/http/outside-request.ts';
import { problemBody } from '../../../platform/http/problem-reply.ts';
import { log } from '../../../platform/log.ts';
import { securityProblems } from '../detections/detection-shape.ts';
import type { KnownProfile } from '../profiles/known-profiles.ts';
import { knownProfile } from '../screening/analyze-evasion.ts';
import type { ScreenAnswer } from '../screening/evasion-contract.ts';
import { hashFeatures } from '../screening/input-hash.ts';
import { screen } from '../screening/screening.ts';
import { contextOfWorkspace, type ScreeningState } from '../screening/screening-state.ts';
import { waitingFor } from '../screening/write-behind.ts';
import { askUpstream } from './ask-upstream.ts';
import { forms } from './forms/all.ts';
import type { ReadPrediction } from './forms/form.ts';
import { type GuardMode, guardProblems } from './guard-contract.ts';
import type { KnownGuard } from './known-guards.ts';
import { countGuarded, type GuardCountKind } from './traffic-count.ts';

export type GuardedRequest = {
  readonly bytes: Buffer;
  /** Who asks, the most precise first: the client the caller names, and the key it shows. */
  readonly clients: readonly [string, ...string[]];
  readonly path: string;
  readonly traceId: string;
  readonly signal: AbortSignal;
  readonly receivedAtMs: number;
};

type Verdict = 'allow' | 'flagged' | 'would-block' | 'block' | 'unscreened' | 'not-asked';
/** What became of a request while it went through. */
type Passage = {
  readonly state: ScreeningState;
  readonly guard: KnownGuard;
  readonly request: GuardedRequest;
  /** A guard that enforces only watches while the whole workspace simulates. */
  readonly mode: GuardMode;
  readonly kinds: Set<GuardCountKind>;
  upstreamMs: number | null;
};

/**
 * The upstream's answer with its own status and bytes, or a refusal as a problem document.
 * @throws request.malformed, request.tooDeep; guardInput (enforcing); guardUnscreened, guardUpstream, guardTimedOut, guardToken; each is counted.
 */
export async function serveGuarded(state: ScreeningState, guard: KnownGuard, request: GuardedRequest): Promise<RelayAnswer> {
  const mode = state.configuration.response.simulate ? 'shadow' : guard.row.mode;
  const passage: Passage = { state, guard, request, mode, kinds: new Set(), upstreamMs: null };
  try {
    return await pass(passage);
  } finally {
    const addedMs = Math.max(0, performance.now() - request.receivedAtMs - (passage.upstreamMs ?? 0));
    const spent = { addedMs, upstreamMs: passage.upstreamMs };
    countGuarded(waitingFor(state.workspaceId).guarded, guard.row.id, { kinds: passage.kinds, spent });
  }
}

async function pass(passage: Passage): Promise<RelayAnswer> {
  const { state, guard, request } = passage;
  const body = bodyOf(passage);
  const known = await profileOf(state, guard);
  const quarantined = quarantine(passage, known);
  if (quarantined !== null) return quarantined;
  const rows = inputOf(passage, body, known);
  const hashes = (rows ?? []).map(hashFeatures);
  const refused = rows === null ? null : refusedBefore(passage, known, hashes);
  if (refused?.mode === 'enforce') return refused.answer;
  const answer = await upstreamAnswer(passage, body);
  if (answer.status < 200 || answer.status > 299) {
    passage.kinds.add('upstreamFailed');
    return passedOn(passage, answer, { verdict: 'not-asked', pValue: null });
  }
  if (rows === null) return unscreened(passage, answer, 'the input cannot be read');
  if (known === null) return unscreened(passage, answer, 'its profile cannot be asked');
  const predictions = predictionsOf(passage, answer, rows.length);
  if (predictions === null) return unscreened(passage, answer, 'the answer cannot be read');
  const judged = await judgeRows(passage, known, { rows, predictions, hashes });
  tellStreams(passage, known, { rows, predictions });
  return concluded(passage, answer, { judged, isBlockedBefore: refused !== null, request });
}

function bodyOf({ request, kinds }: Passage): unknown {
  try {
    return parseJsonBody(request.bytes);
  } catch (error) {
    kinds.add('invalid');
    throw error;
  }
}

/** null: it cannot be loaded, which is a failure of screening and not of the caller. */
async function profileOf(state: ScreeningState, { row }: KnownGuard): Promise<KnownProfile | null> {
  const present = state.profiles.get(row.profileId);
  if (present !== null) return present;
  try {
    return await transaction(contextOfWorkspace(state.workspaceId), () => knownProfile(state, row.profileId), { readOnly: true });
  } catch (error) {
    log('error').error(
      { error, code: 'guard.profile', guardId: row.id, profileId: row.profileId },
      'The profile of a guard cannot be asked',
    );
    return null;
  }
}

/** An asset in quarantine answers nobody, in shadow mode neither: that it is isolated is a promise. */
function quarantine(passage: Passage, known: KnownProfile | null): RelayAnswer | null {
  const { state, guard } = passage;
  const isHeld = [guard.row.assetId, known?.row.assetId ?? null].some((id) => id !== null && state.quarantined.has(id));
  if (!isHeld) return null;
  passage.kinds.add('blocked').add('refusedBefore');
  return refusal(passage, securityProblems.quarantined({ modelId: known?.row.modelId ?? guard.row.name }));
}

/** null: it cannot be read, and the guard only watches. @throws guardInput */
function inputOf({ guard, mode, kinds }: Passage, body: unknown, known: KnownProfile | null): readonly (readonly number[])[] | null {
  try {
    const rows = forms[guard.row.form].readInput(body, guard.row.mapping);
    const expected = known?.profile.space.dimensions;
    const wrong = rows.find((row) => expected !== undefined && row.length !== expected);
    if (wrong !== undefined)
      throw guardProblems.guardInput({ reason: `it has ${wrong.length} features where the profile has ${expected}` });
    return rows;
  } catch (error) {
    if (!isProblem(error)) throw error;
    if (mode === 'shadow') return null;
    // Whatever the fail mode: who writes the input would choose to be let through unscreened.
    kinds.add('invalid');
    throw error;
  }
}

type Refused = { readonly mode: GuardMode; readonly answer: RelayAnswer };
function refusedBefore(passage: Passage, known: KnownProfile | null, hashes: readonly string[]): Refused | null {
  const { state, guard, request, mode } = passage;
  const modelId = known?.row.modelId ?? guard.row.name;
  for (const clientId of request.clients)
    for (const inputSha256 of hashes) {
      const block = state.blocks.find({ modelId, inputSha256, clientId });
      if (block === null) continue;
      if (mode === 'enforce') {
        passage.kinds.add('blocked').add('refusedBefore');
        const { refused } = waitingFor(state.workspaceId);
        refused.set(block.id, (refused.get(block.id) ?? 0) + 1);
      }
      const problem = securityProblems.blocked({ reason: `the ${block.kind} is blocked`, blockId: block.id });
      return { mode, answer: refusal(passage, problem) };
    }
  return null;
}

async function upstreamAnswer(passage: Passage, body: unknown): Promise<OutsideAnswer> {
  const { guard, request, kinds } = passage;
  const before = performance.now();
  try {
    return await askUpstream(guard, body, request);
  } catch (error) {
    kinds.add('upstreamFailed');
    throw error;
  } finally {
    passage.upstreamMs = performance.now() - before;
  }
}

/** null: the answer holds no prediction that can be read. */
function predictionsOf({ guard }: Passage, { body }: OutsideAnswer, rows: number): readonly ReadPrediction[] | null {
  try {
    return forms[guard.row.form].readAnswer(parseJsonBody(body), guard.row.mapping, rows);
  } catch (error) {
    if (isProblem(error)) return null;
    throw error;
  }
}

type Live = { readonly rows: readonly (readonly number[])[]; readonly predictions: readonly ReadPrediction[] };
/** What the client asked and heard, for the detectors of query streams. */
function tellStreams({ state, request, mode }: Passage, { row: { modelId } }: KnownProfile, { rows, predictions }: Live): void {
  if (!state.configuration.detectors.extraction.enabled) return;
  const { queries } = waitingFor(state.workspaceId);
  const atMs = Date.now();
  const [clientId] = request.clients;
  for (const [place, features] of rows.entries()) {
    const said = predictions[place];
    if (said === undefined) return;
    const { prediction, confidence } = said;
    queries.add({ modelId, shadow: mode === 'shadow', clientId, atMs, features, prediction, confidence: confidence ?? null });
  }
}

/** Every input of the request, until one is refused. */
async function judgeRows(
  { state, request, mode }: Passage,
  known: KnownProfile,
  { rows, predictions, hashes }: Live & { readonly hashes: readonly string[] },
): Promise<ScreenAnswer[]> {
  const answers: ScreenAnswer[] = [];
  for (const [place, features] of rows.entries()) {
    const said = predictions[place];
    if (said === undefined) throw commonProblems.internal({}, { cause: 'fewer predictions than inputs' });
    const question = {
      profileId: known.row.id,
      clientId: request.clients[0],
      input: { id: rows.length === 1 ? request.traceId : `${request.traceId}/${place}`, features: [...features] },
      predictions: [{ modelId: known.row.modelId, ...said }],
      shadow: mode === 'shadow',
      ...(hashes[place] === undefined ? {} : { inputSha256: hashes[place] }),
    };
    const answer = await screen(state, question, request.receivedAtMs);
    answers.push(answer);
    if (answer.decision === 'block') return answers;
  }
  return answers;
}

type Outcome = { readonly judged: readonly ScreenAnswer[]; readonly isBlockedBefore: boolean; readonly request: GuardedRequest };
function concluded(passage: Passage, answer: OutsideAnswer, { judged, isBlockedBefore }: Outcome): RelayAnswer {
  const { kinds, mode } = passage;
  const has = (asked: (one: ScreenAnswer) => boolean): boolean => judged.some(asked);
  const isFailed = has(({ decision, reason }) => decision === 'unscreened' || reason === 'failed-closed');
  const block = judged.find(({ decision, reason }) => decision === 'block' && reason !== 'failed-closed');
  if (block !== undefined && mode === 'enforce') {
    kinds.add('screened').add('flagged').add('blocked');
    return refusal(passage, securityProblems.blocked({ reason: wordsOf(block.reason), detectionId: block.detectionId ?? null }));
  }
  const isFlagged = has(({ reason }) => reason === 'flagged' || reason === 'simulated');
  if (isFlagged) kinds.add('flagged');
  const wouldBlock = isBlockedBefore || has(({ reason }) => reason === 'simulated');
  if (wouldBlock) kinds.add('wouldBlock');
  if (isFailed)
    return unscreened(
      passage,
      answer,
      'screening failed',
      has(({ reason }) => reason === 'failed-closed'),
    );
  kinds.add('screened');
  const pValues = judged.flatMap(({ pValue }) => (pValue === null ? [] : [pValue]));
  const verdict = wouldBlock ? 'would-block' : isFlagged ? 'flagged' : 'allow';
  return passedOn(passage, answer, { verdict, pValue: pValues.length === 0 ? null : Math.min(...pValues) });
}

function wordsOf(reason: ScreenAnswer['reason']): string {
  if (reason === 'client-blocked') return 'the client is blocked';
  if (reason === 'input-blocked') return 'the input is blocked';
  return 'the input does not fit what the model answers to inputs like it';
}

/** Nobody knows whether it was clean. The stricter of the guard's and the model's fail modes decides. @throws guardUnscreened */
function unscreened(passage: Passage, answer: OutsideAnswer, reason: string, isModelClosed = false): RelayAnswer {
  const { guard, kinds, mode } = passage;
  kinds.add('unscreened');
  if (mode === 'enforce' && (guard.row.failMode === 'closed' || isModelClosed))
    throw guardProblems.guardUnscreened({ reason, name: guard.row.name });
  return passedOn(passage, answer, { verdict: 'unscreened', pValue: null });
}

/** Refusals are counted and recorded with their block or detection: an audit entry for each would be a way to fill the log. */
function refusal({ request, mode }: Passage, problem: Problem): RelayAnswer {
  return {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8', 'x-guard-mode': mode, 'x-guard-decision': 'block' },
    bytes: Buffer.from(JSON.stringify(problemBody(problem, request.traceId, request.path))),
  };
}

/** A page of the upstream's must not run as ours: what is not JSON is bytes. */
function mediaTypeOf(answer: OutsideAnswer): string {
  const given = answer.headers.get('content-type') ?? '';
  return /^application\/(?:[\w.+-]{1,60}\+)?json\b/i.test(given) ? given.slice(0, 200) : 'application/octet-stream';
}

/** How unlikely an input looked is told only by a guard that watches: one that refuses would be asked until it says yes. */
function passedOn(
  { mode, request, upstreamMs }: Passage,
  answer: OutsideAnswer,
  said: { verdict: Verdict; pValue: number | null },
): RelayAnswer {
  const addedMs = performance.now() - request.receivedAtMs - (upstreamMs ?? 0);
  const [encoding, retryAfter] = [answer.headers.get('content-encoding'), answer.headers.get('retry-after')];
  return {
    status: answer.status,
    headers: {
      'content-type': mediaTypeOf(answer),
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      'x-guard-mode': mode,
      'x-guard-decision': said.verdict,
      ...(mode === 'shadow' && said.pValue !== null ? { 'x-guard-p-value': said.pValue.toPrecision(4) } : {}),
      'x-guard-added-ms': addedMs.toFixed(2),
    },
    bytes: answer.body,
  };
}
