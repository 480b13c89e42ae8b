/** What a channel is: one protocol, spoken exactly. It says what came of one attempt and decides nothing else. */
import type { ConnectionOptions } from 'node:tls';
import type { Severity } from '../../../contract/severity.ts';
import type { OutsideConnections } from '../../../platform/http/outside-connections.ts';
import type { NamedHosts } from '../../../platform/http/outside-hosts.ts';
import type { Message } from '../deliveries/message.ts';
import type { Address, AddressOf, Channel } from '../destinations/address-shape.ts';

/** One message on its way to one destination. */
export type Parcel = {
  /** The idempotency key: the same over every attempt and replay. */
  readonly id: string;
  readonly attempt: number;
  readonly event: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: Message;
  readonly incidentId: string | null;
  readonly alertId: string | null;
  readonly createdAt: Date;
  /** When it was first tried. */
  readonly firstTriedAt: Date;
  /** An earlier attempt may have been taken although no answer came. */
  readonly isDoubtful: boolean;
};

export type Outcome = {
  /** `sent`: handed over, and the protocol does not say whether it arrived. `disable`: the receiver wants nothing more, ever. */
  readonly outcome: 'acknowledged' | 'sent' | 'retry' | 'dead' | 'disable';
  readonly httpStatus: number | null;
  /** What the receiver said; secrets are taken out by who keeps it. */
  readonly answer: string;
  /** In words, for people; empty when it was delivered. */
  readonly reason: string;
  readonly remoteId: string | null;
  /** The receiver asked for this much time. */
  readonly retryAfterMs: number | null;
};

/** An address as it is opened for sending. */
export type OpenAddress<C extends Channel = Channel> = AddressOf<C> & {
  /** Webhook: the secret before this one, while it still signs. */
  readonly previousSecret?: string | undefined;
};

/** What a channel finds around it. Replaced in tests by local receivers. */
export type Surroundings = {
  readonly hosts: NamedHosts;
  readonly pagerdutyUrl: string | null;
  readonly twilioUrl: string | null;
  /** Origin under which callbacks reach us; null: nobody can. */
  readonly callbackBase: string | null;
  readonly mailPools: MailPools;
  /** Of whoever sends much; without it each request has a connection of its own. */
  readonly connections?: OutsideConnections;
  /** Longest wait for an answer over HTTP. Default 15,000. */
  readonly timeoutMs?: number;
  /** Only tests: whom to trust besides the machine's authorities. */
  readonly tls?: ConnectionOptions;
};
/** SMTP sessions are kept between messages; whoever delivers ends them. */
export type MailPools = {
  get(key: string, make: () => MailPool): MailPool;
  close(): void;
};
export type MailPool = { close(): void };

export type ChannelDefinition<C extends Channel = Channel> = {
  readonly id: C;
  readonly title: string;
  /** Messages to one destination at a time. */
  readonly concurrency: number;
  readonly defaults: { readonly coalesce: boolean; readonly perMinute: number; readonly burst: number };
  /** Where it delivers to, as people call it; nothing secret. */
  readonly place: (address: AddressOf<C>) => string;
  /** Refuses what cannot be meant, without asking anybody. @throws outside.address, outside.refused */
  readonly check: (address: AddressOf<C>, hosts: NamedHosts) => void;
  readonly send: (parcel: Parcel, address: OpenAddress<C>, around: Surroundings) => Promise<Outcome>;
  /** What a failed attempt means here and what to do; null: nothing more than its reason says. */
  readonly explain: (outcome: Outcome) => string | null;
};

/** Erases which channel it is: `send` is only ever given an address of its own channel. */
export type AnyChannel = Omit<ChannelDefinition, 'place' | 'check' | 'send'> & {
  readonly place: (address: Address) => string;
  readonly check: (address: Address, hosts: NamedHosts) => void;
  readonly send: (parcel: Parcel, address: OpenAddress, around: Surroundings) => Promise<Outcome>;
};
export function defineChannel<C extends Channel>(definition: ChannelDefinition<C>): AnyChannel {
  return definition as unknown as AnyChannel;
}

export const people = { coalesce: true, perMinute: 6, burst: 8 } as const;
export const machines = { coalesce: false, perMinute: 600, burst: 100 } as const;
