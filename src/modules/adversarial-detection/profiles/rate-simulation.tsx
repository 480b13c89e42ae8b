/** "What would this rule have blocked last week", over stored scores. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { formatNumber } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Section } from '../../../ui/section.tsx';
import { type Profile, simulateRates } from '../contract.ts';
import { rateText } from '../threat-words.tsx';

/** @param of whose inputs, in words */
export function RateSimulation({ profile, of = 'screened inputs' }: { profile: Profile; of?: string }) {
  const answer = useEndpoint(simulateRates, { id: profile.id, days: 7 }, { enabled: profile.live.screened > 0 });
  if (profile.live.screened === 0) return null;
  return (
    <Section title="What another rate would have refused" note={`${of}, of the last 7 days`}>
      <Loaded answer={answer} waitsFor="the simulation">
        {({ screened, rates }) => (
          <table className="max-w-160 text-row tabular-nums">
            <thead>
              <tr className="text-left text-label text-ink-3">
                <th className="py-1 pr-6 font-regular">Rate</th>
                <th className="py-1 pr-6 text-right font-regular">Refused of {formatNumber(screened)}</th>
                <th className="py-1 pr-6 text-right font-regular">Clients</th>
                <th className="py-1 text-right font-regular">Were refused</th>
              </tr>
            </thead>
            <tbody>
              {rates.map(({ rate, refused, clients, wereBlocked }) => (
                <tr key={rate} className="border-t border-line">
                  <th scope="row" className="py-1 pr-6 text-left font-regular">
                    {rateText(rate)}
                    {rate === profile.targetFalsePositiveRate && ' (asked)'}
                  </th>
                  <td className="py-1 pr-6 text-right">{formatNumber(refused)}</td>
                  <td className="py-1 pr-6 text-right">{formatNumber(clients)}</td>
                  <td className="py-1 text-right">{formatNumber(wereBlocked)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
    </Section>
  );
}
