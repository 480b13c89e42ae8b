/** How we know a thing. Stands beside each factor, edge, field and finding; what is inferred is underlined by dashes. */
import { Download, Eye, FileSearch, GitBranch, type LucideIcon, PenLine } from 'lucide-react';
import { classNames } from './class-names.ts';
import type { MarkName } from './words.ts';

const marks: Readonly<Record<MarkName, { Icon: LucideIcon; title: string }>> = {
  static: { Icon: FileSearch, title: 'Read from the bytes or the code' },
  observed: { Icon: Eye, title: 'Seen at run time' },
  imported: { Icon: Download, title: 'Imported from another tool' },
  declared: { Icon: PenLine, title: 'Stated by a person' },
  inferred: { Icon: GitBranch, title: 'Concluded from other facts, not seen' },
};

export function Mark({ mark }: { mark: MarkName }) {
  const { Icon, title } = marks[mark];
  return (
    <span
      title={title}
      className={classNames(
        'mono inline-flex items-center gap-1 text-mark leading-4 text-ink-2',
        mark === 'inferred' && 'border-b border-dashed border-line-strong',
      )}
    >
      <Icon size={11} aria-hidden="true" />
      {mark}
    </span>
  );
}
