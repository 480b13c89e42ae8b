/** An endpoint is data: the server, the web client, the CLI and OpenAPI all read the same object. */
import type { z } from 'zod';
import type { Access, Permission } from './permission.ts';

/** How long a proof of who somebody is counts before a sensitive change (ms). */
export const stepUpMs = 5 * 60_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Which process answers: the product door, or one of the stateless compute doors. */
export type Door = 'product' | 'ai-scanner' | 'data-integrity' | 'wiz-integration' | 'compliance-engine' | 'agent-gateway';

export type Endpoint<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = {
  readonly method: Method;
  /** Path template, `:name` for a parameter; every parameter is a key of `input`. */
  readonly path: `/${string}`;
  /** Other paths that answer the same (promised second families). */
  readonly aliases?: readonly `/${string}`[];
  readonly summary: string;
  readonly description?: string;
  readonly door: Door;
  readonly access: Access;
  /** A person must have proved who they are within the last minutes ({@link stepUpMs}); keys and tokens cannot. */
  readonly stepUp: boolean;
  /** Changes what belongs to departments: its function judges each of them for who is held to their own, and fails when it judged none. */
  readonly ofDepartment: boolean;
  /** Open also to a session whose person must enrol a second factor before anything else: only what leads there. */
  readonly enrolment: boolean;
  /** One object: path parameters, query (GET, DELETE) and body (others) merged. Path wins over body. */
  readonly input: I;
  readonly output: O;
  readonly status: Status;
  /**
   * 'json' answers `output`; 'file' streams bytes (`output` describes nothing); 'events' is a server-sent stream; 'upload' takes a raw
   * body stream, its input comes from the query; 'redirect' sends a browser on (303) to a place of ours or to one other site it names;
   * 'relay' takes a JSON body as its bytes (its input is the path alone) and answers what somebody else said, with their status.
   */
  readonly kind: Kind;
  /** How a POST body is written: JSON, or the fields of an HTML form. */
  readonly body: 'json' | 'form';
  /** A browser may be sent here by another site's form, without a CSRF token: only where what arrives proves itself. Needs access 'public'. */
  readonly crossSite: boolean;
  /** Audit action; default is `<resource>.<last word>` made from access and path. `false` only for reads. */
  readonly audit: string | false;
  /** Of a read: that it leaves an entry, because the answer holds personal data of others, values of tables, or is an export. */
  readonly reading: Reading | false;
  /** Repeating it changes nothing more: callers may retry. */
  readonly idempotent: boolean;
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
  /** Per caller and minute; undefined takes the door's default. */
  readonly ratePerMinute?: number;
  /** Code of the answer to an input that does not parse; default `request.invalid`. Only where an interface was promised with another. */
  readonly invalidCode?: `${string}.${string}`;
  /** OpenAPI tag: the slice. */
  readonly tag: string;
  /** Name in OpenAPI and on the command line: `<slice> <verb>`. */
  readonly operation: string;
  readonly deprecated?: boolean;
};

/**
 * A read that is recorded at the door, after its function ran and before anything is answered: once a minute for a reader and what they
 * asked, so that paging and typing are one reading. Refused when it cannot be recorded.
 */
export type Reading = {
  /** Inputs the entry repeats besides those of the path. Of the others, which may be words about people, it says that they were given. */
  readonly repeats?: readonly string[];
  /** Only who has this right is answered anything of the kind: others see it masked, and leave no entry. */
  readonly shownTo?: Permission;
  /** Default is `<tag>.<operation>`, and the tag. */
  readonly action?: string;
  readonly resource?: string;
};

export type Kind = 'json' | 'file' | 'events' | 'upload' | 'redirect' | 'relay';
export type Status = 200 | 201 | 202 | 204 | 303;

type Draft<I extends z.ZodType, O extends z.ZodType> = {
  method: Method;
  path: `/${string}`;
  summary: string;
  access: Access;
  input: I;
  output: O;
  tag: string;
  operation: string;
  aliases?: readonly `/${string}`[];
  description?: string;
  door?: Door;
  stepUp?: boolean;
  ofDepartment?: boolean;
  enrolment?: boolean;
  status?: Status;
  kind?: Kind;
  body?: 'json' | 'form';
  crossSite?: boolean;
  /** false: a read that needs a body (POST), so nothing to record. */
  audit?: string | false;
  reading?: Reading;
  idempotent?: boolean;
  maxBodyBytes?: number;
  timeoutMs?: number;
  ratePerMinute?: number;
  invalidCode?: `${string}.${string}`;
  deprecated?: boolean;
};

/**
 * Declares an endpoint with the platform's defaults: JSON, product door, 1 MiB body, 30 s, audited when it changes state.
 * A state-changing endpoint must name its audit action, `<slice>.<verb>`.
 */
export function endpoint<I extends z.ZodType, O extends z.ZodType>(draft: Draft<I, O>): Endpoint<I, O> {
  const changes = draft.method !== 'GET';
  return {
    door: 'product',
    status: draft.kind === 'redirect' ? 303 : 200,
    stepUp: false,
    ofDepartment: false,
    reading: false,
    enrolment: false,
    kind: 'json',
    body: 'json',
    crossSite: false,
    maxBodyBytes: 1_048_576,
    timeoutMs: 30_000,
    ...draft,
    idempotent: draft.idempotent ?? ['GET', 'PUT', 'DELETE'].includes(draft.method),
    audit: draft.audit ?? (changes ? `${draft.tag}.${draft.operation}` : false),
  };
}

export type InputOf<E extends Endpoint> = z.input<E['input']>;
export type ParsedInputOf<E extends Endpoint> = z.output<E['input']>;
export type OutputOf<E extends Endpoint> = z.output<E['output']>;
