/** Registering an asset by hand. */
import { useLocation } from 'wouter';
import { useChange } from '../../client/use-change.ts';
import { definePage } from '../../ui/define-page.ts';
import { Screen } from '../../ui/screen.tsx';
import { toast } from '../../ui/toast-store.ts';
import { AssetFieldsForm, emptyForm } from './asset-form.tsx';
import { registerAsset } from './contract.ts';
import { DepartmentNote, useOwnDepartment, useRegisterReason } from './department-reason.tsx';

function NewAssetPage() {
  const [, go] = useLocation();
  const refused = useRegisterReason();
  const department = useOwnDepartment() ?? '';
  const register = useChange(registerAsset, {
    onDone: ({ id, name }) => {
      toast({ text: `Registered ${name}` });
      go(`/ai-assets/${id}`);
    },
  });
  return (
    <Screen title="Register an asset" path={[{ label: 'Assets', to: '/ai-assets' }]}>
      {refused !== undefined ? (
        <div className="px-4 py-5 tablet:px-6">
          <DepartmentNote reason={refused} />
        </div>
      ) : (
        <AssetFieldsForm
          initial={{ ...emptyForm, department }}
          submit="Register the asset"
          problem={register.problem}
          onSubmit={register.run}
          onCancel={() => go('/ai-assets')}
        />
      )}
    </Screen>
  );
}

export default definePage({
  path: '/ai-assets/new',
  title: 'Register an asset',
  permission: 'ai-assets:create',
  group: null,
  icon: 'boxes',
  order: 1,
  Page: NewAssetPage,
});
