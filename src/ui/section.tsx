/** A part of a page under its own heading, divided from the next by a hairline. And columns, divided the same way. */
import { type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';
import { InSectionContext } from './screen-slots.ts';

type SectionProps = {
  title: string;
  /** Beside the title, quieter: the base of the figures. */
  note?: ReactNode;
  /** At the end of the heading line: a link or small control. */
  aside?: ReactNode;
  /** Gutters: 24 px on a page, 20 in a peek, 16 in a rail. */
  inset?: 'page' | 'peek' | 'rail';
  level?: 2 | 3;
  /** On canvas instead of surface: a band across the page. */
  band?: boolean;
  children: ReactNode;
};
const insets = { page: 'px-4 tablet:px-6 py-4', peek: 'px-5 py-3.5', rail: 'px-4 py-4' } as const;

export function Section({ title, note, aside, inset = 'page', level = 2, band = false, children }: SectionProps) {
  const id = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section
      aria-labelledby={id}
      className={classNames('min-w-0 border-b border-line last:border-b-0', insets[inset], band && 'bg-canvas')}
    >
      <div className="mb-2 flex items-baseline gap-3">
        <Heading id={id} className="text-body font-strong">
          {title}
        </Heading>
        {note !== undefined && <span className="min-w-0 text-ink-3">{note}</span>}
        {aside !== undefined && <span className="ml-auto flex-none text-ink-2">{aside}</span>}
      </div>
      <InSectionContext value={true}>{children}</InSectionContext>
    </section>
  );
}

type ColumnsProps = {
  /** Grid tracks from 1180 px on: `3fr 2fr`, `repeat(3, 1fr)`. Below they stack. */
  tracks: string;
  children: ReactNode;
};
export function Columns({ tracks, children }: ColumnsProps) {
  return (
    <div
      style={{ '--tracks': tracks }}
      className="grid grid-cols-1 divide-y divide-line border-b border-line last:border-b-0 desk:grid-cols-(--tracks) desk:divide-x desk:divide-y-0 [&>*]:min-w-0 [&>section]:border-b-0"
    >
      {children}
    </div>
  );
}

/** Columns that fill what is left of the screen, each to the foot: tree, finding, facts. */
export function Panes({ tracks, children }: ColumnsProps) {
  return (
    <div
      style={{ '--tracks': tracks }}
      className="grid flex-1 grid-cols-1 divide-y divide-line border-t border-line desk:grid-cols-(--tracks) desk:divide-x desk:divide-y-0 [&>*]:min-w-0"
    >
      {children}
    </div>
  );
}

/** Figure with its words: the number opens its rows where `children` is a link. */
export function Figure({ value, words }: { value: ReactNode; words: ReactNode }) {
  return (
    <span className="inline-flex items-baseline gap-1.5">
      <b className="text-figure font-title tabular-nums">{value}</b>
      <span className="text-ink-2">{words}</span>
    </span>
  );
}
