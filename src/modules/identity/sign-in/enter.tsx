/** From the pages before sign-in into the product. */
import { useLocation } from 'wouter';
import { useSessionChange } from '../../../client/session.ts';

/** After the session is there: forgets what was known without it and goes on. */
export function useEnter(to: string): () => Promise<void> {
  const change = useSessionChange();
  const [, navigate] = useLocation();
  return async () => {
    await change();
    navigate(to, { replace: true });
  };
}

/** Only places of this site: an address from outside must not lead elsewhere after sign-in. */
export function safePath(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}
