/** Buttons. Verb and object; one primary a view. What a person may not do is not shown, or says who can. */
import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from 'react';
import { Link } from 'wouter';
import { classNames } from './class-names.ts';
import { Keys } from './kbd.tsx';

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'destructive' | 'destructive-filled';
export type ButtonSize = 'small' | 'normal' | 'form';

const kinds: Readonly<Record<ButtonKind, string>> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover shadow-press',
  secondary: 'bg-raised text-ink border border-line hover:bg-hover shadow-press',
  quiet: 'text-ink-2 hover:bg-hover hover:text-ink',
  destructive: 'bg-raised text-critical-ink border border-line hover:bg-critical-tint shadow-press',
  'destructive-filled': 'bg-critical text-on-critical hover:opacity-90 shadow-press',
};
const sizes: Readonly<Record<ButtonSize, string>> = {
  small: 'h-6.5 px-2 text-label gap-1.5 rounded-control',
  normal: 'h-7.5 px-3 text-body gap-2 rounded-control',
  form: 'h-10 px-4 text-read gap-2 rounded-form',
};

export function buttonClass(kind: ButtonKind = 'secondary', size: ButtonSize = 'normal'): string {
  return classNames(
    'finger relative inline-flex flex-none items-center justify-center font-name whitespace-nowrap transition-colors select-none active:translate-y-px',
    kinds[kind],
    sizes[size],
  );
}

/** What cannot be pressed looks like paper, not like a pale button; one at work keeps its colour. */
const resting = 'disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken disabled:text-ink-3 disabled:shadow-none';

export type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children' | 'className'> & {
  children: ReactNode;
  kind?: ButtonKind;
  size?: ButtonSize;
  icon?: LucideIcon | undefined;
  /** Stands after the words: a chevron of a menu. */
  after?: ReactNode;
  /** Shown inside as a hint; the key itself is registered with useKeys. */
  keys?: string | undefined;
  /** While working the width stays and these words stand instead: "Rolling back…". */
  busy?: string | false | undefined;
  /** Why it cannot be pressed; makes it disabled and is its title. */
  refused?: string | undefined;
  wide?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({
  children,
  kind = 'secondary',
  size = 'normal',
  icon: Icon,
  after,
  keys,
  busy,
  refused,
  wide,
  ...rest
}: ButtonProps) {
  const working = typeof busy === 'string';
  return (
    <button
      type="button"
      {...rest}
      // Closed, and still where the keyboard is: a disabled button would lose the focus, in a dialog to what lies behind it.
      {...(working ? { onClick: notNow, 'aria-disabled': true } : {})}
      disabled={rest.disabled || refused !== undefined}
      title={refused ?? rest.title}
      aria-busy={working || undefined}
      className={classNames(buttonClass(kind, size), wide && 'w-full', working ? 'cursor-progress' : resting)}
    >
      <span className={classNames('inline-flex items-center gap-[inherit]', working && 'invisible')}>
        {Icon && <Icon size={14} aria-hidden="true" />}
        {children}
        {keys && (
          <span className="hidden tablet:inline-flex">
            <Keys keys={keys} />
          </span>
        )}
        {after}
      </span>
      {working && (
        <span className="absolute inset-0 inline-flex items-center justify-center gap-1.5 overflow-hidden">
          <LoaderCircle size={14} aria-hidden="true" className="animate-spin" />
          {busy}
        </span>
      )}
    </button>
  );
}

/** Also keeps a form from being sent a second time. */
function notNow(event: MouseEvent): void {
  event.preventDefault();
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children' | 'className' | 'title'> & {
  icon: LucideIcon;
  /** Its name: label and tooltip. */
  label: string;
  size?: number;
  className?: string;
  ref?: Ref<HTMLButtonElement>;
};
/** A drawing alone, only where the drawing is known by everyone; always named. */
export function IconButton({ icon: Icon, label, size = 16, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={classNames(
        'finger inline-flex size-7 flex-none items-center justify-center rounded-control text-ink-2 transition-colors hover:bg-hover hover:text-ink disabled:cursor-not-allowed disabled:opacity-50',
        className,
      )}
    >
      <Icon size={size} aria-hidden="true" />
    </button>
  );
}

/** A link that looks like a button: goes somewhere, changes nothing. */
export function ButtonLink({
  to,
  children,
  kind = 'secondary',
  size = 'normal',
  icon: Icon,
}: { to: string } & Pick<ButtonProps, 'children' | 'kind' | 'size' | 'icon'>) {
  return (
    <Link href={to} className={buttonClass(kind, size)}>
      {Icon && <Icon size={14} aria-hidden="true" />}
      {children}
    </Link>
  );
}

/** Saves a file that the server makes. */
export function DownloadLink({
  href,
  children,
  kind = 'secondary',
  size = 'normal',
}: { href: string } & Pick<ButtonProps, 'children' | 'kind' | 'size'>) {
  return (
    <a href={href} download className={buttonClass(kind, size)}>
      {children}
    </a>
  );
}

/** A link in text or at the end of a heading line. */
export function TextLink({ to, children, title }: { to: string; children: ReactNode; title?: string }) {
  return (
    <Link href={to} title={title} className="rounded-tag font-name text-accent-ink hover:underline hover:underline-offset-2">
      {children}
    </Link>
  );
}

/** Something in a sentence that opens its rows or working. */
export function FigureLink({ to, children, title }: { to: string; children: ReactNode; title?: string }) {
  return (
    <Link
      href={to}
      title={title}
      className="rounded-tag text-inherit underline decoration-line-strong decoration-dotted underline-offset-3 hover:decoration-solid"
    >
      {children}
    </Link>
  );
}
