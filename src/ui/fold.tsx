/** Details that are there when somebody asks: a line that opens, by pointer or by Enter. */
import type { ReactNode } from 'react';

export function Fold({ line, children }: { line: ReactNode; children: ReactNode }) {
  return (
    <details>
      <summary className="finger cursor-pointer">{line}</summary>
      <div className="mt-1 border-l-2 border-line pl-3">{children}</div>
    </details>
  );
}
