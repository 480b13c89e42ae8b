/** Chooses what a key may do, out of what its maker may do: a row a resource, a box an act. */
import { useId } from 'react';
import { type Act, acts, type Permission } from '../../../contract/permission.ts';
import { Button } from '../../../ui/button.tsx';
import { Checkbox } from '../../../ui/checkbox.tsx';
import { CheckLine } from '../../../ui/controls.tsx';
import { plural } from '../../../ui/format.ts';
import type { PermissionMatrix } from '../contract.ts';

const actWords: Readonly<Record<Act, string>> = { create: 'Create', read: 'Read', update: 'Update', delete: 'Delete' };

type ScopeChoiceProps = {
  matrix: PermissionMatrix;
  /** What may be given away. */
  own: ReadonlySet<Permission>;
  chosen: ReadonlySet<Permission>;
  onChange: (chosen: ReadonlySet<Permission>) => void;
};
export function ScopeChoice({ matrix, own, chosen, onChange }: ScopeChoiceProps) {
  const id = useId();
  const set = (permission: Permission, isOn: boolean) => {
    const next = new Set(chosen);
    if (isOn) next.add(permission);
    else next.delete(permission);
    onChange(next);
  };
  const reading = [...own].filter((permission) => permission.endsWith(':read'));
  const rights = matrix.rights.filter(({ right }) => own.has(right));
  return (
    <fieldset aria-describedby={`${id}-count`} className="min-w-0">
      <div className="mb-1 flex flex-wrap items-center gap-x-3 gap-y-1">
        <legend className="float-left font-name">What it may do</legend>
        <span id={`${id}-count`} className="text-ink-2">
          {plural(chosen.size, 'permission')} of your {own.size}
        </span>
        <span className="ml-auto flex gap-2">
          <Button size="small" onClick={() => onChange(new Set(reading))}>
            Read everything
          </Button>
          <Button size="small" onClick={() => onChange(new Set())}>
            None
          </Button>
        </span>
      </div>
      <div className="max-h-72 overflow-y-auto rounded-control border border-line">
        <table className="w-full text-body">
          <thead>
            <tr className="text-left text-label text-ink-3">
              <th scope="col" className="px-3 py-1.5 font-regular">
                Resource
              </th>
              {acts.map((act) => (
                <th key={act} scope="col" className="w-16 px-1 py-1.5 text-center font-regular">
                  {actWords[act]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.resources.map((row) => (
              <ResourceRow key={row.resource} row={row} own={own} chosen={chosen} onSet={set} />
            ))}
          </tbody>
        </table>
        {rights.map(({ right, title }) => (
          <div key={right} className="border-t border-line px-3">
            <CheckLine checked={chosen.has(right)} onChange={(isOn) => set(right, isOn)}>
              {title}
            </CheckLine>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

type ResourceRowProps = {
  row: PermissionMatrix['resources'][number];
  own: ReadonlySet<Permission>;
  chosen: ReadonlySet<Permission>;
  onSet: (permission: Permission, isOn: boolean) => void;
};
function ResourceRow({ row: { resource, title }, own, chosen, onSet }: ResourceRowProps) {
  return (
    <tr className="border-t border-line">
      <th scope="row" className="px-3 py-1 text-left font-regular">
        {title}
      </th>
      {acts.map((act) => {
        const permission: Permission = `${resource}:${act}`;
        return (
          <td key={act} className="px-1 py-1">
            {own.has(permission) && (
              <span className="finger flex items-center justify-center">
                <Checkbox
                  label={`${actWords[act]} ${title}`}
                  checked={chosen.has(permission)}
                  onChange={(isOn) => onSet(permission, isOn)}
                />
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}
