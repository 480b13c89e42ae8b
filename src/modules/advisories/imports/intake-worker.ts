/** The worker's script: opens one file at a time and answers it in pieces. */
import { serveTasks } from '../../../platform/workers/serve.ts';
import { Intake, type Opened, type Piece } from './intake.ts';
import { IntakeRefused } from './intake-refused.ts';

export type IntakeTask =
  | { readonly kind: 'open'; readonly path: string }
  | { readonly kind: 'read'; readonly from: number; readonly most: number }
  | { readonly kind: 'close' };
export type IntakeAnswer = { readonly opened: Opened } | { readonly piece: Piece } | { readonly closed: true };

let open: Intake | null = null;

serveTasks<IntakeTask, IntakeAnswer>((task) => {
  if (task.kind === 'open') {
    open?.close();
    open = new Intake(task.path);
    return { opened: open.opened };
  }
  if (open === null) throw new IntakeRefused('no file is open');
  if (task.kind === 'read') return { piece: open.read(task.from, task.most) };
  open.close();
  open = null;
  return { closed: true };
});
