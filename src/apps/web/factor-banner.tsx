/** For people whose role must have a second factor and who have none: until when, and where to set one up. */
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Shape } from '../../ui/shape.tsx';

const storageKey = 'aispm.factor-banner';

export function FactorBanner() {
  const { user } = useSession();
  const [isHidden, setHidden] = useState(() => sessionStorage.getItem(storageKey) === user?.id);
  const demand = user?.factorDemand ?? null;
  if (user === null || demand === null || (isHidden && !demand.enrolmentOnly)) return null;
  const hide = () => {
    sessionStorage.setItem(storageKey, user.id);
    setHidden(true);
  };
  return (
    <aside
      aria-label="Second factor"
      className="flex flex-none flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-medium-tint px-4 py-2 tablet:px-6"
    >
      <Shape name="medium" tone="medium" size={16} />
      <p className="min-w-0 flex-1">
        {demand.enrolmentOnly ? (
          'Your role must have a second factor, and the time for it is over. Set one up on this page; then everything opens again.'
        ) : (
          <>
            Your role must have a second factor by <RelativeTime at={demand.dueAt} form="date" />.{' '}
            <TextLink to="/account">Set one up</TextLink>
          </>
        )}
      </p>
      {!demand.enrolmentOnly && (
        <Button kind="quiet" size="small" onClick={hide}>
          Not now
        </Button>
      )}
    </aside>
  );
}
