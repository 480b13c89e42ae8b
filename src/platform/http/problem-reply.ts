/** Any thrown thing becomes a problem document; what was not meant to be thrown says nothing of its inside. */
import { commonProblems, isProblem, type Problem, type ProblemBody } from '../../contract/problem.ts';
import { log } from '../log.ts';

/** Errors of the web framework that are the caller's fault, by its code. */
const callerFaults: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => commonProblems.tooLarge({ limit: 0 }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => commonProblems.mediaType({ expected: 'application/json' }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => commonProblems.malformed({ reason: 'its length is not what Content-Length says' }),
  FST_ERR_BAD_URL: () => commonProblems.malformed({ reason: 'the address is not a valid URL' }),
};

export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error;
  const code = errorCode(error);
  const fault = code === undefined ? undefined : callerFaults[code];
  if (fault) return fault();
  log('error').error({ error, code: 'request.internal' }, 'A request failed in a way nobody meant');
  return commonProblems.internal({}, { cause: error });
}

function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not permitted',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  411: 'Length required',
  412: 'Precondition failed',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not valid',
  423: 'Locked',
  429: 'Too many requests',
  500: 'Internal error',
  501: 'Not configured',
  502: 'Bad answer from a service',
  503: 'Not available',
  504: 'No answer in time',
};

export function problemBody(problem: Problem, traceId: string, instance?: string): ProblemBody {
  return {
    type: `urn:ai-spm:problem:${problem.code}`,
    title: titles[problem.status] ?? 'Problem',
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    traceId,
    ...(instance === undefined ? {} : { instance }),
    ...(problem.issues.length === 0 ? {} : { issues: [...problem.issues] }),
    ...(Object.keys(problem.params).length === 0 ? {} : { params: { ...problem.params } }),
  };
}
