/** The checks a sign-in by a provider passes, in order; what a test sign-in reports about each. */
import { isProblem, type Problem } from '../../../contract/problem.ts';
import { type ProviderKind, singleSignOnProblems, type TestReport } from './provider-contract.ts';

type Check = { readonly title: string; readonly remedy: string };
const checks = {
  provider: {
    title: 'The provider answers at its address',
    remedy: 'Compare the issuer address with the one the provider shows. It must be reachable from this installation by HTTPS.',
  },
  agreed: {
    title: 'The provider signed you in and sent you back',
    remedy: 'Assign yourself to the application at the provider, and compare the callback address there with the one on this page.',
  },
  code: {
    title: 'The code was exchanged for tokens',
    remedy:
      'Compare client id and client secret with the provider; enter the secret again. The callback address must be the same on both sides.',
  },
  token: {
    title: 'The ID token is signed by the provider, meant for us, answers our request and is fresh',
    remedy: 'Compare issuer and client id, and the clocks of both sides: they may differ by a minute.',
  },
  person: {
    title: 'The provider said who you are',
    remedy: 'Allow the application to read the profile, and compare the address of the person and the name of the id field.',
  },
  form: {
    title: 'The answer is XML of a safe form',
    remedy: 'The provider must send a SAML 2.0 response by HTTP POST, without comments and document types.',
  },
  structure: {
    title: 'It holds one response with one assertion, and nothing beside them',
    remedy: 'Switch on signatures of both the response and the assertion at the provider, with SHA-256 or better.',
  },
  signature: {
    title: 'Response and assertion are signed with the certificate entered here',
    remedy: 'Copy the present signing certificate of the provider into this page. While it changes, enter both.',
  },
  addressed: {
    title: 'It is addressed to us: destination, recipient and audience',
    remedy: 'At the provider, enter the assertion consumer address and the entity id that this page shows.',
  },
  issuer: {
    title: 'It comes from the provider entered here',
    remedy: 'Copy the entity id of the provider into this page, letter by letter.',
  },
  time: { title: 'It is valid now', remedy: 'Compare the clocks of both sides: they may differ by a minute.' },
  request: {
    title: 'It answers the request that this browser sent',
    remedy: 'Begin at this page. Sign-in that begins at the provider is refused, because its answers could be planted.',
  },
  replay: { title: 'It was not seen before', remedy: 'Begin again.' },
  subject: {
    title: 'It names a person by an id that stays',
    remedy: 'SAML: choose a persistent name id (or the e-mail address), not a transient one. OAuth 2.0: name the field of the id.',
  },
  email: {
    title: 'There is an e-mail address that counts as verified',
    remedy:
      'Name the attribute or claim of the address on this page as the provider names it, or let the provider send it (and, for OpenID Connect, email_verified). If your organisation gives out all addresses there, set “E-mail addresses count: always”.',
  },
  account: {
    title: 'There is an account, or one may be made',
    remedy: 'Allow accounts for people who come first, or let the person connect the provider on their account page.',
  },
  role: { title: 'The rules give a role', remedy: 'Add a rule that fits the claims below, or a default role.' },
} satisfies Record<string, Check>;
export type CheckId = keyof typeof checks;

const person: readonly CheckId[] = ['subject', 'email', 'account', 'role'];
const order: Readonly<Record<ProviderKind, readonly CheckId[]>> = {
  'openid-connect': ['provider', 'agreed', 'code', 'token', 'person', ...person],
  oauth2: ['agreed', 'code', 'person', ...person],
  saml: ['form', 'structure', 'signature', 'issuer', 'addressed', 'time', 'request', 'replay', ...person],
};

/** How far a sign-in got. A class, because it goes on check by check. */
export class Walk {
  readonly kind: ProviderKind;
  #current: CheckId;
  #finished = false;
  readonly #notes = new Map<CheckId, string>();

  constructor(kind: ProviderKind) {
    this.kind = kind;
    this.#current = order[kind][0] ?? 'agreed';
  }

  get current(): CheckId {
    return this.#current;
  }
  at(check: CheckId): void {
    this.#current = check;
  }
  /** A fact about the present check, for whoever tests. */
  note(text: string): void {
    this.#notes.set(this.#current, text.slice(0, 500));
  }
  /** Why the present check failed, where nobody said more. */
  explain(text: string): void {
    if (!this.#notes.has(this.#current)) this.note(text);
  }
  finish(): void {
    this.#finished = true;
  }
  /** The present check failed: the problem is what the person reads, the detail what the admin does. */
  refused(detail: string, problem: Problem = singleSignOnProblems.providerAnswer()): Problem {
    this.note(detail);
    return problem;
  }

  report(): TestReport['checks'] {
    const all = order[this.kind];
    const reached = this.#finished ? all.length : all.indexOf(this.#current);
    return all.map((id, place) => {
      const outcome = place < reached ? 'passed' : place === reached ? 'failed' : 'not-reached';
      return {
        id,
        title: checks[id].title,
        outcome,
        detail: this.#notes.get(id) ?? null,
        remedy: outcome === 'failed' ? checks[id].remedy : null,
      };
    });
  }
}

/** Anything that went wrong on the way, as what may be told; what was not meant is told as an answer we refuse. */
export function asRefusal(error: unknown, walk: Walk): Problem {
  const guarded = guardRefusal(error);
  if (guarded !== null) return walk.refused(guarded.message, singleSignOnProblems.providerUnavailable({}, { cause: guarded }));
  if (!isProblem(error)) return walk.refused(sentenceOf(error));
  walk.explain(error.message);
  return error;
}

/** The refusal of an address, however deep a library wrapped it: it says more than what is around it. */
function guardRefusal(error: unknown): Problem | null {
  let at: unknown = error;
  for (let depth = 0; depth < 4 && at instanceof Error; depth += 1) {
    if (isProblem(at) && at.code.startsWith('outside.')) return at;
    at = at.cause;
  }
  return null;
}

/** Errors of the libraries say which rule was broken; their causes hold tokens and are left alone. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Something unknown went wrong.';
  const described = 'error_description' in error && typeof error.error_description === 'string' ? error.error_description : '';
  const named = 'error' in error && typeof error.error === 'string' ? error.error : '';
  return [error.message, named, described]
    .filter((part) => part !== '')
    .join(': ')
    .slice(0, 400);
}
