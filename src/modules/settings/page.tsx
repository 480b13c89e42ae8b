/** Settings: the workspace's name, and what this installation runs with. */

import type { z } from 'zod';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { Form, TextField } from '../../ui/form.tsx';
import { plural } from '../../ui/format.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Screen } from '../../ui/screen.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Section } from '../../ui/section.tsx';
import { Badge, Tag } from '../../ui/tag.tsx';
import { toast } from '../../ui/toast-store.ts';
import { listPlaces } from '../audit-logs/contract.ts';
import { getWorkspace, listSettings, renameWorkspace, type SettingRow, type Workspace } from './contract.ts';
import { DepartmentSection } from './department-section.tsx';

const NameForm = renameWorkspace.input.pick({ name: true, unit: true });

function SettingsPage() {
  const workspace = useEndpoint(getWorkspace, {});
  const settings = useEndpoint(listSettings, {});
  const { can } = useSession();
  return (
    <Screen
      title="Settings"
      subtitle="What this installation runs with. Values come from the environment at start; the table says what each does."
    >
      <Section title="Workspace">
        <Loaded answer={workspace} lines={2}>
          {(data) => (can('settings:update') ? <WorkspaceForm workspace={data} /> : <p>{data.name}</p>)}
        </Loaded>
      </Section>
      <Section title="People and access">
        <ul className="grid gap-1">
          {can('users:read') && (
            <li>
              <TextLink to="/users">People, roles and invitations</TextLink>
            </li>
          )}
          <li>
            <TextLink to="/settings/sign-in-providers">Single sign-on</TextLink>
          </li>
          <li>
            <TextLink to="/permissions">Permission matrix</TextLink>
          </li>
          <li>
            <TextLink to="/settings/second-factors">Second factors by role</TextLink>
          </li>
          <li>
            <TextLink to="/account">Your sign-in and sessions</TextLink>
          </li>
        </ul>
      </Section>
      <DepartmentSection />
      {can('audit-logs:read') && <PlaceList />}
      <Section title="Installation">
        <Loaded answer={settings} waitsFor="the settings" refusal="Only roles that may read settings see the installation.">
          {(data) => <SettingsTable settings={data.settings} />}
        </Loaded>
      </Section>
    </Screen>
  );
}

/** Where the audit log is kept besides the database; trying a place is on its own page. */
function PlaceList() {
  const places = useEndpoint(listPlaces, {});
  return (
    <Section title="Second places of the audit log" aside={<TextLink to="/audit-logs/verification">Try them</TextLink>}>
      <Loaded
        answer={places}
        lines={2}
        waitsFor="the second places"
        isEmpty={(data) => data.places.length === 0}
        empty={
          <p className="text-ink-2">
            None: whoever can write the database and has the signing key could rewrite the log unseen. The settings AUDIT_ANCHOR_… below
            name them.
          </p>
        }
      >
        {(data) => (
          <ul className="divide-y divide-line border-y border-line">
            {data.places.map(({ name, anchored, failing }) => (
              <li key={name} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
                <span className="mono min-w-0 text-code break-all">{name}</span>
                {failing !== null && <Badge tone="high">Keeps nothing new</Badge>}
                <span className="text-ink-2">
                  {anchored === null ? (
                    'no checkpoint kept yet'
                  ) : (
                    <>
                      {plural(anchored.size, 'entry', 'entries')}, <RelativeTime at={anchored.at} />
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

type SettingsTableProps = { settings: readonly z.infer<typeof SettingRow>[] };
function SettingsTable({ settings }: SettingsTableProps) {
  return (
    <ScrollRegion label="Settings of the installation">
      <table className="w-full min-w-140 text-left">
        <thead className="text-label text-ink-3">
          <tr>
            <th className="py-1.5 pr-4 font-medium">Setting</th>
            <th className="py-1.5 pr-4 font-medium">Value</th>
            <th className="py-1.5 pr-4 font-medium">Source</th>
            <th className="py-1.5 font-medium">What it does</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-y border-line align-top">
          {settings.map(({ name, value, source, says, secret }) => (
            <tr key={name}>
              <th scope="row" className="mono py-1.5 pr-4 text-code font-regular whitespace-nowrap">
                {name}
              </th>
              <td className="mono max-w-80 py-1.5 pr-4 text-code break-all">{value}</td>
              <td className="py-1.5 pr-4">
                <Tag>{secret ? `${source}, secret` : source}</Tag>
              </td>
              <td className="max-w-[60ch] min-w-60 py-1.5 text-ink-2">{says}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function WorkspaceForm({ workspace }: { workspace: Workspace }) {
  const rename = useChange(renameWorkspace, {
    invalidates: ['settings', 'session'],
    onDone: ({ name }) => toast({ text: `Workspace named ${name}` }),
  });
  return (
    <div className="max-w-100">
      <Form
        schema={NameForm}
        initial={{ name: workspace.name, unit: workspace.unit ?? undefined }}
        onSubmit={(draft) => rename.run({ ...draft, unit: draft.unit === '' ? null : draft.unit })}
        problem={rename.problem}
        submit="Save the names"
      >
        <TextField name="name" label="Name" help="Shown at the top of the sidebar." />
        <TextField name="unit" label="Business unit" help="Optional second line." />
      </Form>
    </div>
  );
}

export default definePage({
  path: '/settings',
  title: 'Settings',
  permission: 'settings:read',
  group: 'foot',
  icon: 'settings',
  order: 1,
  Page: SettingsPage,
});
