/** Editing an asset. The version seen travels along: when somebody else changed it meanwhile, both versions are shown. */
import { useLocation } from 'wouter';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Screen } from '../../ui/screen.tsx';
import { toast } from '../../ui/toast-store.ts';
import { AssetFieldsForm, formOf } from './asset-form.tsx';
import { type AssetDetail, changeAsset, getAsset } from './contract.ts';
import { DepartmentNote, useDepartmentReason } from './department-reason.tsx';

function EditAssetPage({ params }: { params: Readonly<Record<string, string>> }) {
  const id = params['id'] ?? '';
  const answer = useEndpoint(getAsset, { id });
  return (
    <Screen
      title={answer.data ? `Edit ${answer.data.name}` : 'Edit'}
      path={[
        { label: 'Assets', to: '/ai-assets' },
        { label: answer.data?.name ?? 'Asset', to: `/ai-assets/${id}` },
      ]}
      ready={answer.data !== undefined}
    >
      <Loaded answer={answer}>{(asset) => <EditForm key={asset.version} asset={asset} onReload={() => void answer.refetch()} />}</Loaded>
    </Screen>
  );
}

function EditForm({ asset, onReload }: { asset: AssetDetail; onReload: () => void }) {
  const [, go] = useLocation();
  const refused = useDepartmentReason()(asset);
  const change = useChange(changeAsset, {
    invalidates: [],
    onDone: ({ name }) => {
      toast({ text: `Saved ${name}` });
      go(`/ai-assets/${asset.id}`);
    },
  });
  const isStale = change.problem?.status === 409;
  if (refused !== undefined)
    return (
      <div className="px-4 py-5 tablet:px-6">
        <DepartmentNote reason={refused} />
      </div>
    );
  return (
    <>
      <AssetFieldsForm
        initial={formOf(asset)}
        submit="Save"
        problem={change.problem}
        onSubmit={(draft) => {
          const { keys: _keys, ...fields } = draft;
          return change.run({ ...fields, id: asset.id, version: asset.version });
        }}
        onCancel={() => go(`/ai-assets/${asset.id}`)}
      />
      {isStale && (
        <p className="px-4 pb-5 tablet:px-6">
          <Button onClick={onReload}>Load the present version</Button>{' '}
          <span className="text-ink-2">Your entries on this page are replaced by it.</span>
        </p>
      )}
    </>
  );
}

export default definePage({
  path: '/ai-assets/:id/edit',
  title: 'Edit an asset',
  permission: 'ai-assets:update',
  group: null,
  icon: 'boxes',
  order: 1,
  Page: EditAssetPage,
});
