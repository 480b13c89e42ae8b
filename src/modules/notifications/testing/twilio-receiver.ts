/** For tests: the two calls of Twilio's Messages resource that are used, kept in memory. */
import { HttpReceiver, type Reaction, type Received } from './http-receiver.ts';

export type TextMessage = { readonly sid: string; readonly to: string; readonly body: string; readonly callback: string | null };

export class TwilioReceiver {
  readonly messages: TextMessage[] = [];
  readonly http: HttpReceiver;
  /** Says what becomes of a message to be sent; null takes it. */
  fault: (received: Received) => Reaction | null = () => null;

  constructor() {
    this.http = new HttpReceiver((received) => this.#react(received));
  }

  #react(received: Received): Reaction {
    if (received.method === 'GET') return this.#list(received);
    const fault = this.fault(received);
    if (fault !== null && fault !== 'lost') return fault;
    const form = new URLSearchParams(received.body);
    const sid = `SM${String(this.messages.length).padStart(32, '0')}`;
    this.messages.push({ sid, to: form.get('To') ?? '', body: form.get('Body') ?? '', callback: form.get('StatusCallback') });
    return fault ?? { status: 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ sid, status: 'queued' }) };
  }

  #list({ path }: Received): Reaction {
    const to = new URL(path, 'http://twilio.invalid').searchParams.get('To');
    const latest = this.messages.filter((message) => message.to === to).slice(-50);
    const messages = latest.map(({ sid, body }) => ({ sid, body, status: 'sent' }));
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ messages }) };
  }
}
