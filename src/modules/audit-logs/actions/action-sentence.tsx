/** What an action is, from the closed list of this release. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { listAuditActions } from '../contract.ts';

export function ActionSentence({ action }: { action: string }) {
  const actions = useEndpoint(listAuditActions, {});
  return (
    <Loaded answer={actions} lines={1} waitsFor="the list of actions">
      {(data) => (
        <p>
          {data.actions.find((one) => one.action === action)?.sentence ?? 'Not an action of this release: another one wrote the entry.'}
        </p>
      )}
    </Loaded>
  );
}
