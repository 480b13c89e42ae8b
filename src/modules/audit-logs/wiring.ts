/** What the gateway takes from the audit log besides its routes. */
import { startSequencer } from './sequencer.ts';
import { installSink } from './sink.ts';

/** Makes state changes recordable in this process; `sequence` also gives records their place in the chain here. */
export function installAuditLog({ sequence }: { sequence: boolean }): { stop(): Promise<void> } {
  installSink();
  if (!sequence) return { stop: async () => {} };
  const loop = startSequencer();
  return { stop: () => loop.stop() };
}
