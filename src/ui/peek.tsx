/** One record beside its list: not modal, in the reading order, width remembered; a whole page on a phone. */
import { ArrowLeft, ChevronDown, ChevronUp, Link2, Maximize2, X } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { IconButton } from './button.tsx';
import { copyText } from './copy-button.tsx';
import { formatNumber } from './format.ts';
import { useKeys } from './keys.ts';
import { useIsPhone } from './media.ts';
import { usePreference } from './preference.ts';
import { toast } from './toast-store.ts';

const narrowest = 420;
const normal = 492;
const widest = 820;

export type PeekProps = {
  /** Changes with the record: the panel then starts at its top. */
  recordId: string;
  /** Short id shown in the head: `VUL-3391`. */
  name: ReactNode;
  title: string;
  /** `1 of 38`; left out when the place is not known. */
  place?: { readonly index: number; readonly of: number } | undefined;
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
  onClose: () => void;
  /** Address of the full page. */
  to?: string | undefined;
  /** Chips and marks above the title. */
  facts?: ReactNode;
  /** What is wrong, in one or two sentences. */
  summary?: ReactNode;
  /** Sections in the reading order. */
  children: ReactNode;
  /** Tabs or counts at the foot. */
  foot?: ReactNode;
};

export function Peek(props: PeekProps) {
  const isPhone = useIsPhone();
  const panel = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const [stored, store] = usePreference('peek-width');
  const width = clampWidth(Number(stored ?? normal));
  useKeys('Peek', [
    { keys: 'Escape', label: 'Close the peek', run: props.onClose },
    // j and k leave the keyboard in the list; opened already, the peek would not take it by Enter alone.
    { keys: 'Enter', label: 'Into the peek', run: () => panel.current?.focus({ preventScroll: true }) },
  ]);
  useFocusInside(panel);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another record starts at its top
  useEffect(() => {
    body.current?.scrollTo(0, 0);
  }, [props.recordId]);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      data-peek=""
      aria-labelledby="peek-title"
      style={isPhone ? undefined : { width }}
      className="fixed inset-0 z-20 flex animate-peek flex-col bg-raised [--cut:var(--raised)] outline-none tablet:absolute tablet:inset-y-0 tablet:right-0 tablet:left-auto tablet:max-w-full tablet:border-l tablet:border-line tablet:shadow-float desk:relative desk:z-0 desk:flex-none desk:shadow-none"
    >
      {!isPhone && <WidthHandle width={width} onChange={(next) => store(String(clampWidth(next)))} />}
      <PeekHead {...props} isPhone={isPhone} />
      <div ref={body} className="scroll-quiet min-h-0 flex-1 overflow-y-auto">
        <div className="border-b border-line px-5 pt-3 pb-3.5">
          {props.facts !== undefined && <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1.5">{props.facts}</div>}
          <h2 id="peek-title" className="text-peek font-title break-words">
            {props.title}
          </h2>
          {props.summary !== undefined && <div className="mt-1.5 text-read text-ink-2">{props.summary}</div>}
        </div>
        {props.children}
      </div>
      {props.foot !== undefined && (
        <footer className="pad-safe-bottom flex-none border-t border-line">
          <div className="flex items-center gap-5 px-5 py-2.5 text-ink-2">{props.foot}</div>
        </footer>
      )}
    </aside>
  );
}

const clampWidth = (width: number): number => (Number.isFinite(width) ? Math.min(widest, Math.max(narrowest, Math.round(width))) : normal);

/** Focus moves in when it opens by keyboard; gives it back to the row is the list's part. */
function useFocusInside(panel: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement;
    if (before instanceof HTMLElement && before.closest('tr, li') !== null) panel.current?.focus({ preventScroll: true });
  }, [panel]);
}

function PeekHead({ name, place, onPrevious, onNext, onClose, to, isPhone }: PeekProps & { isPhone: boolean }) {
  const copyLink = async () => {
    const copied = await copyText(window.location.href);
    toast({ text: copied ? 'Copied the link' : 'The browser refused to copy the link' });
  };
  return (
    <header className="flex h-12 flex-none items-center gap-1 border-b border-line pr-3 pl-3 tablet:h-10 tablet:pl-5">
      {isPhone && <IconButton icon={ArrowLeft} label="Back to the list" onClick={onClose} />}
      <span className="mono min-w-0 truncate text-code text-ink-2">{name}</span>
      {place && (
        <span className="ml-2 whitespace-nowrap text-ink-2 tabular-nums">
          {formatNumber(place.index)} of {formatNumber(place.of)}
        </span>
      )}
      <span className="flex tablet:ml-2">
        {onPrevious && <IconButton icon={ChevronUp} label="Previous (k)" onClick={onPrevious} />}
        {onNext && <IconButton icon={ChevronDown} label="Next (j)" onClick={onNext} />}
      </span>
      <span className="ml-auto flex items-center">
        <IconButton icon={Link2} label="Copy the link" onClick={() => void copyLink()} />
        {to !== undefined && (
          <Link
            href={to}
            aria-label="Open the full page"
            title="Open the full page"
            className="finger inline-flex size-7 items-center justify-center rounded-control text-ink-2 hover:bg-hover hover:text-ink"
          >
            <Maximize2 size={14} aria-hidden="true" />
          </Link>
        )}
        {!isPhone && <IconButton icon={X} label="Close (Esc)" onClick={onClose} />}
      </span>
    </header>
  );
}

function WidthHandle({ width, onChange }: { width: number; onChange: (width: number) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const from = event.clientX;
    const move = (moved: globalThis.PointerEvent) => onChange(width + from - moved.clientX);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    onChange(width + (event.key === 'ArrowLeft' ? 24 : -24));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a window splitter has no element of its own
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the peek"
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize touch-none hover:bg-accent-tint"
    />
  );
}
