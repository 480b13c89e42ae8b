/** The frame of the pages before sign-in: the form left, what the product promises right. No data of any workspace. */
import { SunMoon } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { TrailMark } from '../../../ui/shape.tsx';
import { themeChoices, useTheme } from '../../../ui/theme.ts';
import { TrailDrawing } from './trail-drawing.tsx';

type SignInFrameProps = {
  title: string;
  /** One line under the title. */
  subtitle?: ReactNode;
  /** At the foot, left: who may come in. */
  foot?: ReactNode;
  children: ReactNode;
};

export function SignInFrame({ title, subtitle, foot, children }: SignInFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(title);
  useEffect(() => {
    document.title = `${title} · AI-SPM`;
    // The next step took the place of the button that led to it: a keyboard goes on here, and a reader reads what happened.
    if (shown.current !== title && document.activeElement === document.body) heading.current?.focus();
    shown.current = title;
  }, [title]);
  return (
    <div className="grid min-h-dvh desk:grid-cols-[560px_1fr]">
      <div className="flex min-h-dvh flex-col border-line px-6 py-7 tablet:px-10 desk:border-r">
        <p className="flex items-center gap-3 text-row font-title">
          <TrailMark size={24} /> AI-SPM
        </p>
        <div className="mx-auto my-auto w-full max-w-90 py-10">
          <h1 ref={heading} tabIndex={-1} className="text-[1.75rem] outline-none leading-9 font-title tracking-[-0.018em]">
            {title}
          </h1>
          {subtitle !== undefined && <p className="mt-1 text-ink-2">{subtitle}</p>}
          <div className="mt-6">{children}</div>
        </div>
        <div className="flex min-h-8 items-center justify-between gap-4 text-ink-3">
          <span>{foot}</span>
          <ThemeChoice />
        </div>
      </div>
      <div className="hidden flex-col justify-center bg-canvas px-12 desk:flex wide:px-24">
        <TrailDrawing />
        <p className="mt-10 text-[1.5rem] leading-8 font-title tracking-[-0.018em]">Every number opens its evidence.</p>
        <p className="mt-1 max-w-[72ch] text-read text-ink-2">
          What cannot be computed says unknown. What was not scanned is never called clean.
        </p>
      </div>
    </div>
  );
}

function ThemeChoice() {
  const [theme, setTheme] = useTheme();
  return (
    <Menu
      trigger={
        <Button kind="quiet" size="small" icon={SunMoon}>
          Theme: {theme}
        </Button>
      }
      items={themeChoices.map((choice) => ({ label: `Theme: ${choice}`, chosen: theme === choice, run: () => setTheme(choice) }))}
    />
  );
}
