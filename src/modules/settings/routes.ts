/** Settings over the product door. */
import { audit } from '../../platform/audit.ts';
import { presentSettings } from '../../platform/config.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { getWorkspace, listSettings, renameWorkspace } from './contract.ts';
import { readWorkspace, updateWorkspace } from './store.ts';

export const routes: readonly Route[] = [
  handle(listSettings, () => ({ settings: presentSettings() }), { transaction: 'none' }),
  handle(getWorkspace, () => readWorkspace()),
  handle(renameWorkspace, async ({ name, unit }) => {
    const before = await readWorkspace();
    const after = await updateWorkspace({ name: name ?? before.name, unit: unit === undefined ? before.unit : unit });
    audit.subject({ type: 'settings', id: after.id });
    audit.change({ before: { name: before.name, unit: before.unit }, after: { name: after.name, unit: after.unit } });
    return after;
  }),
];
