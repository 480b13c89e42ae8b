/** Errors as data: a stable code, an HTTP status and a sentence a person can act on (RFC 9457). */

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 411 | 412 | 413 | 415 | 422 | 423 | 429 | 500 | 501 | 502 | 503 | 504;
type ProblemParams = Readonly<Record<string, string | number | boolean | null>>;
export type ProblemTable = Readonly<Record<string, readonly [ProblemStatus, string]>>;

/** One place in the input that is wrong: `path` in dotted form ('' is the whole), `message` a sentence. */
export type InputIssue = { readonly path: string; readonly message: string };
type ProblemExtras = { readonly issues?: readonly InputIssue[]; readonly retryAfterSeconds?: number; readonly cause?: unknown };

/** The wire form, `application/problem+json`. */
export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  instance?: string;
  traceId?: string;
  issues?: InputIssue[];
  params?: Record<string, string | number | boolean | null>;
};

/** The only error that is thrown on purpose: everything else is a defect and answers 500 without detail. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly status: ProblemStatus;
  readonly params: ProblemParams;
  readonly issues: readonly InputIssue[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, status: ProblemStatus, detail: string, params: ProblemParams = {}, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.status = status;
    this.params = params;
    this.issues = extras.issues ?? [];
    this.retryAfterSeconds = extras.retryAfterSeconds;
  }
}

type ProblemMakers<T extends ProblemTable> = { readonly [K in keyof T]: (params?: ProblemParams, extras?: ProblemExtras) => Problem };

/**
 * Declares the problems of one slice. `{name}` in a sentence is filled from the params given when it is thrown.
 * @example const assetProblems = problems('ai-assets', { notFound: [404, 'No asset has the id {id}.'] });
 *          throw assetProblems.notFound({ id });   // code 'ai-assets.notFound'
 */
export function problems<const T extends ProblemTable>(prefix: string, table: T): ProblemMakers<T> {
  const makers = Object.entries(table).map(([name, [status, sentence]]) => [
    name,
    (params: ProblemParams = {}, extras: ProblemExtras = {}) =>
      new Problem(`${prefix}.${name}`, status, fill(sentence, params), params, extras),
  ]);
  return Object.fromEntries(makers) as ProblemMakers<T>;
}

function fill(sentence: string, params: ProblemParams): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, key: string) => (key in params ? String(params[key]) : whole));
}

/** Problems any door can answer with. */
export const commonProblems = problems('request', {
  invalid: [422, 'The request has {count} invalid value(s).'],
  malformed: [400, 'The request body is not valid JSON: {reason}.'],
  tooLarge: [413, 'The request body is larger than {limit} bytes.'],
  tooDeep: [400, 'The request body is nested deeper than {limit} levels.'],
  mediaType: [415, 'This endpoint takes {expected}.'],
  notFound: [404, 'Nothing lives at {method} {path}.'],
  methodNotAllowed: [405, '{path} does not answer {method}.'],
  notSignedIn: [401, 'Sign in first.'],
  forbidden: [403, 'Your role may not do this: it needs {permission}.'],
  stepUpNeeded: [403, 'This needs a fresh proof that it is you: the last one is more than {minutes} minutes old, or there was none.'],
  enrolmentNeeded: [403, 'Your role must have a second factor: set one up first, in your account.'],
  crossSite: [403, 'This request did not come from this site, or its CSRF token is missing or wrong.'],
  tooMany: [429, 'Too many requests. Try again in {seconds} s.'],
  timedOut: [503, 'This took longer than {ms} ms and was stopped.'],
  internal: [500, 'Something went wrong here. The trace id finds it in the logs.'],
  unavailable: [503, 'The {what} is not available right now.'],
  notConfigured: [501, 'The service {service} is not configured.'],
  conflict: [409, 'Someone else changed this first: you saw version {expected}, it is now {actual}.'],
});

export function isProblem(error: unknown): error is Problem {
  return error instanceof Problem;
}
