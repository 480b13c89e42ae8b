/** People, round; nobody is a dashed circle. */
import { UserRoundPlus } from 'lucide-react';

const initialsOf = (name: string): string =>
  name
    .split(/[\s.@_-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((part) => [...part][0]?.toUpperCase() ?? '')
    .join('');

/** `name` null is nobody. The name is always the label. */
export function Avatar({ name, size = 20 }: { name: string | null; size?: number }) {
  const label = name ?? 'Unowned';
  if (name === null) {
    return (
      <span
        role="img"
        aria-label={label}
        title={label}
        className="inline-flex flex-none items-center justify-center rounded-round border border-dashed align-middle border-line-strong text-ink-2"
        style={{ width: size, height: size }}
      >
        <UserRoundPlus size={11} aria-hidden="true" />
      </span>
    );
  }
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className="inline-flex flex-none items-center justify-center rounded-round border border-line bg-sunken align-middle text-initials font-strong text-ink-2"
      style={{ width: size, height: size }}
    >
      <span aria-hidden="true">{initialsOf(name)}</span>
    </span>
  );
}

/** Avatar and name; the avatar is then decoration. */
export function Person({ name, note }: { name: string | null; note?: string | undefined }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <span aria-hidden="true" className="inline-flex">
        <Avatar name={name} />
      </span>
      <span className="min-w-0 truncate" title={name ?? undefined}>
        {name ?? 'Unowned'}
        {note !== undefined && <span className="ml-2 text-ink-3">{note}</span>}
      </span>
    </span>
  );
}
