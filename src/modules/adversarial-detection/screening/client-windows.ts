/** How often each client was flagged in the last ten minutes: one flagged input is chance, several are not. */
import { binomialTail } from '../../../math/counting-tails.ts';

export const windowMs = 600_000;
const stepMs = 60_000;
/** Clients remembered at once; the longest silent are forgotten first. */
const mostClients = 50_000;

type Step = { readonly at: number; screened: number; flagged: number };
type Client = { steps: Step[]; attacker: boolean };
export type ClientStanding = {
  readonly screened: number;
  readonly flagged: number;
  /** P(at least so many flags | none is an attack), one-sided binomial. */
  readonly binomialP: number;
};

/** State with a lifetime: counts of this process, of the last ten minutes. */
export class ClientWindows {
  readonly #clients = new Map<string, Client>();

  /** Counts one screened input. @returns the client's standing with it. */
  count(
    profileId: string,
    clientId: string,
    { flagged, rate, now = Date.now() }: { flagged: boolean; rate: number; now?: number },
  ): ClientStanding {
    const key = `${profileId}\0${clientId}`;
    const client = this.#clients.get(key) ?? { steps: [], attacker: false };
    // Moved to the end: the first entries are the longest silent.
    this.#clients.delete(key);
    this.#clients.set(key, client);
    if (this.#clients.size > mostClients) this.#forgetOldest();
    const at = Math.floor(now / stepMs) * stepMs;
    client.steps = client.steps.filter((step) => step.at > now - windowMs);
    let step = client.steps.at(-1);
    if (step === undefined || step.at !== at) {
      step = { at, screened: 0, flagged: 0 };
      client.steps.push(step);
    }
    step.screened += 1;
    if (flagged) step.flagged += 1;
    return standingOf(client, flagged ? rate : null);
  }

  /** Clients of a profile with flags in the window whose number chance does not explain. */
  participating(profileId: string, { rate, now = Date.now() }: { rate: number; now?: number }): number {
    let clients = 0;
    for (const [key, client] of this.#clients) {
      if (!key.startsWith(`${profileId}\0`)) continue;
      const recent = { ...client, steps: client.steps.filter((step) => step.at > now - windowMs) };
      const { flagged, binomialP } = standingOf(recent, rate);
      if (flagged >= 2 && binomialP <= 0.001) clients += 1;
    }
    return clients;
  }

  /** Graded as an attacker: what it sends no longer says how well the profile is calibrated. */
  contest(profileId: string, clientId: string): void {
    const client = this.#clients.get(`${profileId}\0${clientId}`);
    if (client !== undefined) client.attacker = true;
  }
  isContested(profileId: string, clientId: string): boolean {
    return this.#clients.get(`${profileId}\0${clientId}`)?.attacker ?? false;
  }

  #forgetOldest(): void {
    const [oldest] = this.#clients.keys();
    if (oldest !== undefined) this.#clients.delete(oldest);
  }
}

/** @param rate null: nothing new was flagged, so nobody asks for the tail, which costs time on the hot path. */
function standingOf({ steps }: Client, rate: number | null): ClientStanding {
  let screened = 0;
  let flagged = 0;
  for (const step of steps) {
    screened += step.screened;
    flagged += step.flagged;
  }
  return { screened, flagged, binomialP: flagged === 0 || rate === null ? 1 : binomialTail(flagged, screened, rate) };
}
