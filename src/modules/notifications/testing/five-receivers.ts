/** For tests: one receiver for each channel on this machine; a share of everything goes wrong, always in the same way. */
import type { Address } from '../destinations/address-shape.ts';
import { HttpReceiver, type Reaction, type Received } from './http-receiver.ts';
import { MailReceiver } from './mail-receiver.ts';
import { TwilioReceiver } from './twilio-receiver.ts';

/** Numbers that look random and are the same in every run. @source Marsaglia 2003, "Xorshift RNGs" */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export class FiveReceivers {
  readonly #random = xorshift(20_260_501);
  readonly #share: number;
  readonly slack = new HttpReceiver(() => this.#fault() ?? { status: 200, body: 'ok' });
  readonly pager = new HttpReceiver(() => this.#fault() ?? { status: 202, body: '{"dedup_key":"k"}' });
  readonly hook = new HttpReceiver(() => this.#fault() ?? { status: 204 });
  readonly twilio = new TwilioReceiver();
  readonly mail = new MailReceiver({ implicitTls: true });

  constructor(share: number) {
    this.#share = share;
    this.twilio.fault = () => this.#fault();
    this.mail.fault = () => {
      const fault = this.#fault();
      if (fault === null) return null;
      return fault === 'lost' || fault === 'reset' ? 'lost' : { code: 451, text: 'later' };
    };
  }

  async open(): Promise<this> {
    await Promise.all([this.slack.open(), this.pager.open(), this.hook.open(), this.twilio.http.open(), this.mail.open()]);
    return this;
  }
  async close(): Promise<void> {
    await Promise.all([this.slack, this.pager, this.hook, this.twilio.http, this.mail].map((one) => one.close()));
  }
  get hosts(): string[] {
    return [this.slack, this.pager, this.hook, this.twilio.http, this.mail].map(({ port }) => `127.0.0.1:${port}`);
  }

  #fault(): Exclude<Reaction, 'silent'> | null {
    const draw = this.#random();
    if (draw >= this.#share) return null;
    const kinds = ['reset', 'lost', { status: 503 }, { status: 500 }, { status: 429, headers: { 'retry-after': '0' } }] as const;
    return kinds[Math.floor((draw / this.#share) * kinds.length)] ?? 'reset';
  }

  addresses(): Address[] {
    return [
      { channel: 'slack', webhookUrl: `${this.slack.url}/services/bench` },
      {
        ...{
          channel: 'email',
          host: '127.0.0.1',
          port: this.mail.port,
          security: 'tls',
          from: 'spm@example.test',
          to: ['on-call@example.test'],
        },
        ...{ username: 'sender', password: 'mail password' },
      },
      { channel: 'pagerduty', region: 'us', routingKey: 'k'.repeat(32) },
      { channel: 'sms', accountSid: `AC${'0'.repeat(32)}`, sender: '+15005550006', to: '+15005550009', authToken: 'a'.repeat(32) },
      { channel: 'webhook', url: `${this.hook.url}/hook`, signingSecret: `whsec_${Buffer.alloc(24, 7).toString('base64')}` },
    ];
  }

  /** How often each delivery was taken, by the key it carried. */
  takenByKey(): Map<string, number> {
    const counts = new Map<string, number>();
    const count = (key: string | undefined) => counts.set(key ?? 'no key', (counts.get(key ?? 'no key') ?? 0) + 1);
    const good = (one: HttpReceiver) => one.taken;
    for (const { body } of good(this.slack)) count(/"Delivery ([0-9a-f-]{36})"/.exec(body)?.[1]);
    for (const { body } of good(this.pager)) count(/"delivery_id":"([0-9a-f-]{36})"/.exec(body)?.[1]);
    for (const { headers } of good(this.hook)) count(headerOf(headers));
    for (const { text } of this.mail.mails) count(/^Message-ID: <([0-9a-f-]{36})@/im.exec(text)?.[1]);
    for (const { body } of this.twilio.messages) count(/Ref ([0-9a-f]{12})$/.exec(body)?.[1]);
    return counts;
  }
}

const headerOf = (headers: Received['headers']): string | undefined => [headers['webhook-id']].flat()[0];
