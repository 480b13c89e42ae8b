/** Why an engineer who is held to the assets of their own department cannot change one; the server refuses by the same rule. */
import { useCallback } from 'react';
import { useSession } from '../../client/session.ts';
import { isSameDepartment } from '../../contract/department.ts';
import type { Asset } from './contract.ts';

type ReasonOf = (asset: Pick<Asset, 'department'>) => string | undefined;

/** Undefined: nothing is in the way but the permissions of the role. */
export function useDepartmentReason(): ReasonOf {
  const { user } = useSession();
  const isHeld = user?.ownDepartmentOnly === true;
  const own = user?.department ?? null;
  return useCallback<ReasonOf>(
    ({ department }) => {
      if (!isHeld || isSameDepartment(department, own)) return undefined;
      if (own === null) return noDepartment;
      return `Engineers change only assets of their own department, ${own}: this one belongs to ${department ?? 'no department'}.`;
    },
    [isHeld, own],
  );
}

/** Why nothing new can be registered. */
export function useRegisterReason(): string | undefined {
  const { user } = useSession();
  return user?.ownDepartmentOnly === true && user.department === null ? noDepartment : undefined;
}

/** What an asset that is registered now will belong to, where that is not free to choose. */
export function useOwnDepartment(): string | null {
  const { user } = useSession();
  return user?.ownDepartmentOnly === true ? user.department : null;
}

const noDepartment = 'You belong to no department here, and engineers change only assets of their own. Ask an admin to give you one.';

/** Where the acts would stand. */
export function DepartmentNote({ reason }: { reason: string }) {
  return <p className="max-w-[60ch] text-ink-2">{reason}</p>;
}
