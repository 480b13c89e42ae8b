// Written by npm run generate. Do not edit.

import type { DocumentKind } from './engine/document.ts';

export const documents: readonly DocumentKind[] = [];
