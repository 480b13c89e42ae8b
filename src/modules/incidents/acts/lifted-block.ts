/** A block that was lifted where it stands, and not by taking back its act: the act follows it, and the incident says so. */
import type { z } from 'zod';
import type { blockChanged } from '../../adversarial-detection/contract.ts';
import { incidentOfDetection } from '../cases/incident-store.ts';
import { nameOf, note } from '../cases/trail.ts';
import type { ActRow } from '../table.ts';
import { cancelTimers } from '../timers/timer-store.ts';
import { actTimers } from './act.ts';
import { actsOfBlock } from './act-store.ts';
import { moveAct } from './move-act.ts';

type Changed = z.output<typeof blockChanged.payload>;

/** Several acts can rest on one block: who asks for what is blocked already is given the block that is there. */
export async function followBlock({ blockId, kind, state, byId, reason = '', detectionId, incidentId }: Changed): Promise<void> {
  if (state !== 'lifted') return;
  const by = byId === undefined ? 'somebody' : await nameOf(byId);
  const acts = await actsOfBlock(blockId);
  for (const row of acts) await takenBack(row, `Lifted by ${by}: ${row.title}. ${reason}`);
  // An act that was taken back lifted the block itself, and has said so.
  if (acts.length > 0) return;
  const of = incidentId ?? (detectionId == null ? null : await incidentOfDetection(detectionId));
  await note(of, { kind: 'act', text: `The block of the ${kind} was lifted by ${by}. ${reason}`, subject: { type: 'block', id: blockId } });
}

async function takenBack(row: ActRow, says: string): Promise<void> {
  if (row.state !== 'in_force' && row.state !== 'partial') return;
  await cancelTimers(row.id, [actTimers.expiry]);
  const begun = await moveAct(row, { to: 'reverting', says: null });
  await moveAct(begun, { to: 'reverted', says });
}
