/** What the server refused of a form: said once, at its field, and on top only what no field in view says. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { problemFacts } from './loaded.tsx';

type Issue = { readonly path: string; readonly message: string };
/** An issue for the summary; `field` is the label of a field that is out of view, and `show` goes there. */
type Unsaid = Issue & { readonly field: string | null; readonly show: (() => void) | null };

function issuesOf(problem: unknown): Issue[] {
  const issues: unknown = typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'issues') : undefined;
  if (!Array.isArray(issues)) return [];
  return issues.filter((issue): issue is Issue => typeof issue?.path === 'string' && typeof issue.message === 'string');
}

type Refusal = { readonly ref: RefObject<HTMLFormElement | null>; readonly unsaid: readonly Unsaid[] };

/** Puts each issue at its field and the keyboard at the first of them, which brings it into view and has it read aloud. */
export function useRefusal<Values extends FieldValues, Output>(form: UseFormReturn<Values, unknown, Output>, problem: unknown): Refusal {
  const ref = useRef<HTMLFormElement>(null);
  const [unsaid, setUnsaid] = useState<readonly Unsaid[]>([]);
  // Before anything is painted: a summary that comes and goes would be read aloud.
  useLayoutEffect(() => {
    const known = new Set(Object.keys(form.getValues()));
    const placed = issuesOf(problem).map((issue) => ({ issue, control: controlOf(ref.current, issue.path) }));
    const first = placed.find(({ control }) => control !== null);
    for (const { issue, control } of placed) {
      const { path, message } = issue;
      // The server names fields by the same contract. What has no control of its own is marked where the kit can, and said on top.
      if (control === null && !known.has(path.split('.')[0] ?? '')) continue;
      form.setError(path as Path<Values>, { type: 'server', message });
    }
    first?.control?.focus();
    setUnsaid(placed.flatMap(({ issue, control }) => unsaidOf(issue, control)));
  }, [form, problem]);
  return { ref, unsaid };
}

/** The control of a field whose frame shows what is wrong with it. */
function controlOf(form: HTMLFormElement | null, path: string): HTMLElement | null {
  const frame = form?.querySelector(`[data-field="${CSS.escape(path)}"]`);
  return frame?.querySelector<HTMLElement>('input, select, textarea, button, [tabindex]') ?? null;
}

function unsaidOf(issue: Issue, control: HTMLElement | null): Unsaid[] {
  if (control === null) return [{ ...issue, field: null, show: null }];
  if (isInView(control)) return [];
  const label = 'labels' in control && control.labels instanceof NodeList ? control.labels[0]?.textContent : null;
  return [{ ...issue, field: label ?? issue.path, show: () => control.focus() }];
}

/** Of the window, and of the dialog the form may scroll in. */
function isInView(control: HTMLElement): boolean {
  const { top, bottom } = control.getBoundingClientRect();
  const frame = control.closest('[data-dialog-body]')?.getBoundingClientRect();
  return top >= Math.max(0, frame?.top ?? 0) && bottom <= Math.min(window.innerHeight, frame?.bottom ?? window.innerHeight);
}

/** A refusal without issues is a sentence; one with issues says those that stand at no field in view. */
export function ProblemSummary({ problem, unsaid }: { problem: unknown; unsaid: readonly Unsaid[] }) {
  if (problem === null || problem === undefined) return null;
  const hasIssues = issuesOf(problem).length > 0;
  if (hasIssues && unsaid.length === 0) return null;
  const { sentence, code } = problemFacts(problem);
  // What stands at no field at all may need the whole sentence to be understood.
  const isWhole = !hasIssues || unsaid.some(({ show }) => show === null);
  return (
    <div role="alert" className="rounded-control border border-critical bg-critical-tint px-3 py-2 text-critical-ink">
      {isWhole && <p className="font-name">{sentence}</p>}
      {hasIssues && (
        <ul className="grid gap-1">
          {unsaid.map((one) => (
            <li key={`${one.path} ${one.message}`}>
              <Where issue={one} />
              {one.message}
            </li>
          ))}
        </ul>
      )}
      {code !== null && !hasIssues && <p className="mono mt-0.5 text-mark">{code}</p>}
    </div>
  );
}

function Where({ issue: { path, field, show } }: { issue: Unsaid }) {
  if (show !== null)
    return (
      <>
        <button type="button" className="font-name underline underline-offset-2" onClick={show}>
          {field}
        </button>
        {': '}
      </>
    );
  return path === '' ? null : <>{path}: </>;
}
