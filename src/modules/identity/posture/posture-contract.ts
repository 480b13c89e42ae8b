/** What may be asked about weak spots among people and keys: each is a finding with its reason, counted from the same rows. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { Role } from '../../../contract/permission.ts';
import { Severity } from '../../../contract/severity.ts';

export const weakSpots = ['no-second-factor', 'admin-without-passkey', 'key-without-expiry', 'dormant-account'] as const;
export const WeakSpot = z.enum(weakSpots);
export type WeakSpot = z.infer<typeof WeakSpot>;

export const PeopleFinding = z.object({
  id: z.string().describe('The check and whom it is about: the same as long as it holds.'),
  check: WeakSpot,
  severity: Severity,
  title: z.string(),
  why: z.string(),
  since: z.iso.datetime().describe('From when on it has been so, as far as is known.'),
  dueAt: z.iso.datetime().nullable().describe('Until when the policy of the role gives time.'),
  person: z.object({ id: z.uuid(), name: z.string(), email: z.string(), role: Role }),
  key: z.object({ id: z.uuid(), name: z.string(), publicId: z.string() }).nullable(),
});
export type PeopleFinding = z.infer<typeof PeopleFinding>;

const tag = 'identity';
// Everybody may see who works here; who of them is easy to attack is for those who oversee, as the history of sign-ins is.

export const listPeopleFindings = endpoint({
  method: 'GET',
  path: '/api/users/findings',
  tag,
  operation: 'list-findings',
  reading: { repeats: ['check'], resource: 'users' },
  access: 'audit-logs:read',
  summary: 'Weak spots among people and keys, gravest first',
  description: 'Computed when it is asked for: what was mended is gone from the next answer.',
  input: z.object({
    ...paging,
    check: z.array(WeakSpot).min(1).max(weakSpots.length).optional().describe('One or more, joined by commas.'),
  }),
  output: pageOf(PeopleFinding),
});

export const PeoplePosture = z.object({
  people: z.int().min(0).describe('Who may sign in.'),
  keys: z.int().min(0).describe('API keys that work.'),
  checks: z.array(
    z.object({
      check: WeakSpot,
      title: z.string(),
      remedy: z.string(),
      count: z.int().min(0),
      worst: Severity.nullable().describe('null: nothing was found.'),
    }),
  ),
});
export type PeoplePosture = z.infer<typeof PeoplePosture>;
export const peoplePosture = endpoint({
  method: 'GET',
  path: '/api/users/posture',
  tag,
  operation: 'posture',
  access: 'audit-logs:read',
  summary: 'How many weak spots of each kind there are among people and keys',
  input: z.object({}),
  output: PeoplePosture,
});
