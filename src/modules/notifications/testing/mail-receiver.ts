/** For tests: a mail server on this machine that wants TLS and a password, and fails as it is told. */
import { SMTPServer } from 'smtp-server';
import { loopbackCertificate } from './certificate.ts';

export type Mail = { readonly from: string; readonly to: string[]; readonly text: string; readonly secure: boolean };
export type MailFault = { readonly code: number; readonly text: string } | 'lost';

export class MailReceiver {
  readonly mails: Mail[] = [];
  readonly cert: string;
  /** Says what becomes of a message after its last line; null takes it. */
  fault: (mail: Mail) => MailFault | null = () => null;
  readonly #server: SMTPServer;
  #port = 0;

  constructor({ offersTls = true, implicitTls = false }: { offersTls?: boolean; implicitTls?: boolean } = {}) {
    const { key, cert } = loopbackCertificate();
    this.cert = cert;
    this.#server = new SMTPServer({
      key,
      cert,
      secure: implicitTls,
      disabledCommands: offersTls ? [] : ['STARTTLS'],
      disableReverseLookup: true,
      authOptional: !offersTls,
      logger: false,
      onAuth: ({ username, password }, _session, done) => {
        if (username === 'sender' && password === 'mail password') done(null, { user: username });
        else done(Object.assign(new TypeError('5.7.8 wrong password'), { responseCode: 535 }));
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          const mail = {
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(chunks).toString('utf8'),
            secure: session.secure,
          };
          const fault = this.fault(mail);
          if (fault === null || fault === 'lost') this.mails.push(mail);
          if (fault === 'lost') this.#dropConnection(session.id);
          else if (fault === null) done();
          else done(Object.assign(new TypeError(fault.text), { responseCode: fault.code }));
        });
      },
    });
    // A connection that breaks is what it is here for.
    this.#server.on('error', () => {});
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    return this;
  }

  /** That of one session: others deliver on. */
  #dropConnection(session: string): void {
    for (const connection of this.#server.connections) if (connection.id === session) connection.close();
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
