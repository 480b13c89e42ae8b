/** The forms a guard can have. */
import type { GuardForm } from '../guard-contract.ts';
import { customJson } from './custom-json.ts';
import type { Form } from './form.ts';
import { kserve } from './kserve.ts';
import { openai } from './openai.ts';

export const forms: Readonly<Record<GuardForm, Form>> = { 'kserve-v2': kserve, openai, 'custom-json': customJson };
