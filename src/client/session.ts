/** Who is signed in and what they may do. Null is nobody; undefined while that is not known yet. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext } from 'react';
import { z } from 'zod';
import { endpoint } from '../contract/endpoint.ts';
import { Role } from '../contract/permission.ts';
import { isProblem, type Problem } from '../contract/problem.ts';
import { problemOf, request } from './request.ts';
import { sessionKey } from './session-key.ts';

export const SessionUser = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: Role,
  // Plain text: a permission this page does not know yet must not sign anybody out.
  permissions: z.array(z.string()),
  department: z.string().nullable(),
  /** Held to assets of their own department: pages say so instead of offering what the server refuses. */
  ownDepartmentOnly: z.boolean(),
  workspace: z.object({ id: z.string(), name: z.string() }),
  /** Not null: the role must have a second factor, and there is none yet. */
  factorDemand: z.object({ dueAt: z.iso.datetime(), enrolmentOnly: z.boolean() }).nullable(),
});
export type SessionUser = z.infer<typeof SessionUser>;

const whoAmI = endpoint({
  method: 'GET',
  path: '/api/user',
  summary: 'Who am I',
  access: 'signed-in',
  tag: 'session',
  operation: 'whoami',
  input: z.object({}),
  output: SessionUser,
});

/** Asks once and keeps the answer; 401 is the answer null, not an error. */
export function useSessionQuery(): UseQueryResult<SessionUser | null> {
  return useQuery({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      try {
        return await request(whoAmI, {}, { signal });
      } catch (error) {
        if (isProblem(error) && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 5 * 60_000,
  });
}

export const SessionContext = createContext<SessionUser | null>(null);

export type Session = {
  readonly user: SessionUser | null;
  /** 'public' and null always; 'signed-in' for any person; else the permission itself. */
  readonly can: (permission: string | null) => boolean;
};

export function mayDo(user: SessionUser | null, permission: string | null): boolean {
  if (permission === null || permission === 'public') return true;
  if (user === null) return false;
  return permission === 'signed-in' || user.permissions.includes(permission);
}

/** The person of this page. Within the shell there always is one. */
export function useSession(): Session {
  const user = useContext(SessionContext);
  const can = useCallback((permission: string | null) => mayDo(user, permission), [user]);
  return { user, can };
}

/** After sign-in or sign-out: forgets everything the last person saw, then asks again who this is. */
export function useSessionChange(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    client.clear();
    await client.invalidateQueries({ queryKey: sessionKey });
  }, [client]);
}

const signOutEndpoint = endpoint({
  method: 'POST',
  path: '/api/logout',
  summary: 'End this session',
  access: 'signed-in',
  tag: 'session',
  operation: 'logout',
  input: z.object({}),
  output: z.unknown(),
});

/** Ends the session at the server, then forgets everything here. Resolves to the refusal, or null when it is done. */
export function useSignOut(): () => Promise<Problem | null> {
  const client = useQueryClient();
  return useCallback(async () => {
    try {
      await request(signOutEndpoint, {});
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status !== 401) return problem;
    }
    client.clear();
    client.setQueryData(sessionKey, null);
    return null;
  }, [client]);
}
