/** Details that are there when somebody asks: a line that opens, by pointer or by Enter. */
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

export function Fold({ line, children }: { line: ReactNode; children: ReactNode }) {
  return (
    <details className="group/fold">
      {/* A marker of the browser's own would stand on a line of its own where the words have no room beside it. */}
      <summary className="finger flex cursor-pointer list-none items-start gap-1.5 [&::-webkit-details-marker]:hidden">
        <ChevronRight size={14} aria-hidden="true" className="mt-0.75 flex-none text-ink-2 group-open/fold:rotate-90" />
        <span className="min-w-0">{line}</span>
      </summary>
      <div className="mt-1 border-l-2 border-line pl-3">{children}</div>
    </details>
  );
}
