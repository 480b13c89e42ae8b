/** A second place in a mailbox: now and then a mail with the newest signed checkpoint of every log that grew, for an archive that people keep. */
import { problems } from '../../../contract/problem.ts';
import { withContext } from '../../../platform/ambient.ts';
import { systemTransaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { mailPerson } from '../../notifications/contract.ts';
import { systemContext } from '../recording/system-context.ts';
import { readNote } from '../tree/signed-note.ts';
import { homeWorkspaceAcrossWorkspaces } from '../tree/tree-store.ts';
import type { AnchorPlace } from './place.ts';

const mailProblems = problems('audit-logs', {
  anchorMailRefused: [502, 'The mail with the checkpoints did not go out: {reason}'],
  anchorMailUnready: [503, 'There is no workspace yet whose mail server could be used.'],
});

export type Letter = {
  readonly subject: string;
  readonly paragraphs: string[];
  readonly attachment: { readonly name: string; readonly text: string };
};
/** Hands a letter to the mail server. @throws when it was not taken */
export type Post = (to: string, letter: Letter) => Promise<void>;

export function mailPlace(to: string, everyMs: number, post: Post = postByNotifications): AnchorPlace {
  return {
    name: `mail:${to}`.slice(0, 200),
    kind: 'mail',
    everyMs,
    put: async (notes) => {
      await post(to, letterOf(notes, new Date()));
      return null;
    },
    // A mailbox is read by people.
    read: async () => null,
  };
}

/** The signing keys belong to the installation, and so does this mail: the mail server is the one of the workspace that was made first. */
async function postByNotifications(to: string, letter: Letter): Promise<void> {
  const home = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
  if (home === null) throw mailProblems.anchorMailUnready();
  const { outcome, reason } = await withContext(systemContext(home, 'audit-logs'), () => call(mailPerson, { to, ...letter }));
  if (outcome !== 'sent') throw mailProblems.anchorMailRefused({ reason: reason === '' ? 'the mail server did not take it.' : reason });
}

/** Logs that stand in the text of a mail; the file beside it holds all of them. */
const mostNamed = 10;
/** Pure. What stands in it is ours: numbers, ids and hashes. */
export function letterOf(notes: readonly string[], at: Date): Letter {
  const logs = notes.flatMap((note) => readNote(note)?.checkpoint ?? []);
  const moment = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const [first] = logs;
  const subject =
    first !== undefined && logs.length === 1
      ? `Audit log checkpoint: ${first.size} entries (AI-SPM)`
      : `Audit log checkpoints of ${logs.length} logs (AI-SPM)`;
  const named = logs
    .slice(0, mostNamed)
    .map(({ origin, size, root }) => `${origin}\nEntries: ${size}\nRoot (SHA-256): ${root.toString('hex')}`);
  return {
    subject,
    paragraphs: [
      `Signed checkpoints of the audit log as of ${moment}. Keep this mail: nobody can change what stands before a checkpoint without its root becoming another.`,
      ...named,
      ...(logs.length > mostNamed ? [`${logs.length - mostNamed} more are in the file.`] : []),
      `The file holds the signed notes${logs.length === 1 ? '' : ' of all logs; put those of one log into a file of their own'}. To compare them with an export: ai-spm audit verify --file entries.jsonl --checkpoints FILE --key KEY`,
    ],
    attachment: {
      name: `checkpoints-${at.toISOString().slice(0, 19).replace(/\D/g, '-')}.txt`,
      text: notes.map((note) => `${note}\n`).join(''),
    },
  };
}
