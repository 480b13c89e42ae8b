/** Whom the alerts of a monitor go to, by name. */
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { CheckLine } from '../../../ui/controls.tsx';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { listDestinations } from '../../notifications/contract.ts';

type Props = { chosen: ReadonlySet<string>; onChange: (chosen: ReadonlySet<string>) => void };

export function DestinationChoice({ chosen, onChange }: Props) {
  const { can } = useSession();
  const maySee = can('notifications:read');
  const known = useEndpoint(listDestinations, { limit: 200 }, { enabled: maySee });
  const flip = (id: string, isOn: boolean): void => {
    const next = new Set(chosen);
    if (isOn) next.add(id);
    else next.delete(id);
    onChange(next);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-name">Alerts are sent to</legend>
      {maySee ? (
        <Loaded answer={known} lines={2} waitsFor="the destinations" isEmpty={() => false}>
          {({ items }) => {
            const gone = [...chosen].filter((id) => !items.some((item) => item.id === id));
            const offered = items.filter(({ id, enabled }) => enabled || chosen.has(id));
            return (
              <ScrollRegion label="Destinations" className="max-h-40 overflow-y-auto">
                {offered.map(({ id, name, channel, enabled }) => (
                  <CheckLine key={id} checked={chosen.has(id)} onChange={(isOn) => flip(id, isOn)}>
                    <span>
                      {inertLine(name, 100)}{' '}
                      <span className="text-ink-3">{enabled ? channel : `${channel}, switched off: gets nothing`}</span>
                    </span>
                  </CheckLine>
                ))}
                {gone.map((id) => (
                  <CheckLine key={id} checked onChange={() => flip(id, false)}>
                    <span className="text-ink-3">A destination that is no longer there</span>
                  </CheckLine>
                ))}
                {offered.length + gone.length === 0 && (
                  <p className="text-ink-2">No destination is set up: alerts stand here, and the critical ones reach security.</p>
                )}
              </ScrollRegion>
            );
          }}
        </Loaded>
      ) : (
        <p className="text-ink-2">
          {chosen.size === 0 ? 'To nobody by name.' : `${plural(chosen.size, 'destination')}, not yours to see.`}
        </p>
      )}
    </fieldset>
  );
}
