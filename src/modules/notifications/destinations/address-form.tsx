/** The fields of each channel's address, and what is sent when they are filled in. */
import { z } from 'zod';
import { PasswordField, SelectField, TextAreaField, TextField } from '../../../ui/form.tsx';
import { Address, AddressChange, type Channel, type Destination, DestinationName, secretFields } from '../contract.ts';

type Field = {
  readonly name: string;
  readonly label: string;
  readonly kind?: 'line' | 'number' | 'secret' | 'lines' | 'choice';
  readonly help?: string;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly start?: string;
};

const addressFields: Readonly<Record<Channel, readonly Field[]>> = {
  slack: [
    {
      name: 'webhookUrl',
      label: 'Webhook address',
      kind: 'secret',
      help: 'From Slack: Apps, Incoming Webhooks, Add to Slack. Whoever has it can post, so it is kept as a secret.',
    },
  ],
  email: [
    { name: 'host', label: 'SMTP server', help: 'As smtp.example.com.' },
    { name: 'port', label: 'Port', kind: 'number', start: '587' },
    {
      name: 'security',
      label: 'Encryption',
      kind: 'choice',
      start: 'starttls',
      choices: [
        { value: 'starttls', label: 'STARTTLS, required (587)' },
        { value: 'tls', label: 'TLS from the start (465)' },
      ],
    },
    { name: 'from', label: 'From', help: 'An address alone, as ai-spm@example.com.' },
    { name: 'to', label: 'To', kind: 'lines', help: 'One address a line, 20 at most.' },
    { name: 'username', label: 'User', help: 'Empty: the server asks for none.' },
    { name: 'password', label: 'Password', kind: 'secret' },
  ],
  pagerduty: [
    {
      name: 'region',
      label: 'Service region',
      kind: 'choice',
      start: 'us',
      choices: [
        { value: 'us', label: 'United States' },
        { value: 'eu', label: 'Europe' },
      ],
    },
    {
      name: 'routingKey',
      label: 'Integration key',
      kind: 'secret',
      help: '32 characters, of an "Events API v2" integration of the service.',
    },
  ],
  sms: [
    { name: 'to', label: 'To', help: 'As +4915112345678. One number for each destination.' },
    { name: 'sender', label: 'Sender', help: 'A number of yours, a messaging service (MG…) or a sender id.' },
    { name: 'accountSid', label: 'Account SID', help: 'From the Twilio console: AC and 32 digits.' },
    { name: 'authToken', label: 'Auth token', kind: 'secret' },
  ],
  webhook: [
    { name: 'url', label: 'Address', help: 'https. Redirects are not followed.' },
    {
      name: 'signingSecret',
      label: 'Signing secret',
      kind: 'secret',
      help: 'whsec_ and base64 of 24 to 64 bytes; the receiver checks signatures with it.',
    },
  ],
};

export type AddressValues = Record<string, unknown>;

export function startOf(channel: Channel, destination: Destination | null): AddressValues {
  const entries = addressFields[channel].map(({ name, kind, start = '' }) => {
    const kept = destination?.settings[name];
    if (Array.isArray(kept)) return [name, kept.join('\n')] as const;
    return [name, kept ?? (kind === 'number' ? Number(start) : start)] as const;
  });
  return { name: destination?.name ?? '', ...Object.fromEntries(entries) };
}

/** What the server takes, from what people typed: lists by line, and what is empty left out. */
function addressOf(channel: Channel, values: AddressValues): Record<string, unknown> {
  const fields = addressFields[channel].flatMap(({ name, kind }) => {
    const value = values[name];
    if (kind === 'lines')
      return [
        [
          name,
          String(value)
            .split(/[\s,;]+/)
            .filter((one) => one !== ''),
        ] as const,
      ];
    if (typeof value !== 'string') return [[name, value] as const];
    const text = kind === 'secret' ? value : value.trim();
    return text === '' ? [] : [[name, text] as const];
  });
  return { channel, ...Object.fromEntries(fields) };
}

export type FilledAddress = { readonly name: string; readonly address: Address | AddressChange };

/** What is missing is said as people say it; what is wrong, as the contract does. */
function sentenceOf({ code, message }: { code?: string | undefined; message: string }): string {
  if (code === 'invalid_type' || code === 'too_small') return 'This is needed.';
  return message.slice(0, 1).toUpperCase() + message.slice(1);
}

/** The label of a field, for places that only show it. */
export function labelOf(channel: Channel, field: string): string {
  return addressFields[channel].find(({ name }) => name === field)?.label ?? field;
}

/** Says beside each field what the contract says. A secret that is kept may be left empty. */
export function schemaOf(channel: Channel, isNew: boolean): z.ZodType<FilledAddress, AddressValues> {
  return z.record(z.string(), z.unknown()).transform((values, context) => {
    const name = DestinationName.safeParse(values['name']);
    const address = (isNew ? Address : AddressChange).safeParse(addressOf(channel, values));
    if (!name.success)
      context.addIssue({ code: 'custom', path: ['name'], message: 'A name of one line, 100 characters at most, is needed.' });
    for (const issue of address.error?.issues ?? [])
      context.addIssue({ code: 'custom', path: issue.path.slice(0, 1).map(String), message: sentenceOf(issue) });
    return name.success && address.success ? { name: name.data, address: address.data } : z.NEVER;
  });
}

export function AddressFields({ channel, isNew }: { channel: Channel; isNew: boolean }) {
  return addressFields[channel].map(({ name, label, kind = 'line', help, choices = [] }) => {
    const kept = !isNew && secretFields[channel].includes(name) ? 'Left empty it stays as it is.' : undefined;
    const shown = [help, kept].filter((part) => part !== undefined).join(' ') || undefined;
    if (kind === 'secret') return <PasswordField key={name} name={name} label={label} help={shown} autoComplete="new-password" />;
    if (kind === 'lines') return <TextAreaField key={name} name={name} label={label} help={shown} rows={2} />;
    if (kind === 'choice') return <SelectField key={name} name={name} label={label} help={shown} choices={choices} />;
    return (
      <TextField
        key={name}
        name={name}
        label={label}
        help={shown}
        type={kind === 'number' ? 'number' : 'text'}
        spellCheck={false}
        autoComplete="off"
      />
    );
  });
}

/** 32 random bytes, for a receiver that is set up at the same time. */
export function newSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
