/** Keeps what this process knows for screening up to date: told by the database, reloaded after a lost connection. */
import { listenFor } from '../../platform/events/listen.ts';
import { log } from '../../platform/log.ts';
import { refresh, refuseAtOnce, reloadStates } from './screening/screening-state.ts';
import { flushScreening } from './screening/write-behind.ts';

/** Every process that screens calls it once, when its database is open. */
export function startScreening(): { stop(): Promise<void> } {
  const listening = listenFor('aispm_screening', {
    heard: (payload) => {
      const [workspaceId = '', topic = '', id = ''] = payload.split(' ', 3);
      const told = payload.slice(`${workspaceId} ${topic} ${id} `.length);
      if (topic === 'block' && told !== '') refuseAtOnce(workspaceId, told);
      void refresh(workspaceId, topic, id).catch(complain);
    },
    connected: () => void reloadStates().catch(complain),
  });
  return {
    async stop() {
      await listening.stop();
      await flushScreening();
    },
  };
}

function complain(error: unknown): void {
  log('error').error({ error, code: 'screening.notRefreshed' }, 'What screening knows could not be brought up to date');
}
