/** Every channel by its name. */
import type { Channel } from '../destinations/address-shape.ts';
import type { AnyChannel } from './channel.ts';
import { email } from './email.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { sms } from './sms.ts';
import { webhook } from './webhook.ts';

const all: Readonly<Record<Channel, AnyChannel>> = { slack, email, pagerduty, sms, webhook };

export function channelOf(channel: Channel): AnyChannel {
  return all[channel];
}
