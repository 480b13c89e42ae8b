// Written by npm run generate. Do not edit.

import type { PageEntry } from '../../ui/define-page.ts';

export const pages: readonly PageEntry[] = [];
