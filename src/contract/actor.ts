/** Who acts. Passed from the door to every function that reads or changes data. */
import type { Permission, Role } from './permission.ts';

export type ActorKind = 'user' | 'service' | 'job' | 'system';
export type Actor = {
  readonly kind: ActorKind;
  /** User id, or the name of the service or job. */
  readonly id: string;
  readonly workspaceId: string;
  readonly role: Role | null;
  readonly permissions: ReadonlySet<Permission>;
  readonly sessionId?: string;
  /** When the person of a session last proved who they are (ms since 1970). */
  readonly verifiedAt?: number;
  /** The role demands a second factor that is overdue: this session leads only to enrolling one. */
  readonly enrolmentOnly?: true;
  /** Changes only what belongs to this department; null belongs to none, and so changes nothing that belongs to departments. */
  readonly heldTo?: { readonly department: string | null };
  /** What was shown instead of a session: its id is what audit names, and what is revoked. */
  readonly credential?: { readonly kind: 'api-key' | 'access-token'; readonly id: string };
};

/** The context of one request or job: who, under which trace, from where. */
export type Context = {
  readonly actor: Actor;
  readonly traceId: string;
  readonly signal: AbortSignal;
  readonly address: string | null;
  readonly userAgent: string | null;
};
