// Written by npm run generate. Do not edit.

import type { PageEntry } from '../../ui/define-page.ts';

export const pages: readonly PageEntry[] = [
  {
    path: '/',
    title: 'Fix first',
    permission: 'dashboard:read',
    group: 'top',
    icon: 'list-ordered',
    order: 1,
    load: () => import('../../modules/dashboard/page.tsx'),
  },
  {
    path: '/model-scanner',
    title: 'Model scanner',
    permission: 'model-scanner:read',
    group: 'Find',
    icon: 'file-search',
    order: 3,
    load: () => import('../../modules/model-scanner/page.tsx'),
  },
  {
    path: '/model-scanner/:id',
    title: 'Scan',
    permission: 'model-scanner:read',
    group: null,
    icon: 'file-search',
    order: 0,
    load: () => import('../../modules/model-scanner/scan-page.tsx'),
  },
  {
    path: '/register',
    title: 'Register',
    permission: 'public',
    group: null,
    icon: 'key-round',
    order: 0,
    load: () => import('../../modules/identity/registration-page.tsx'),
  },
  {
    path: '/sign-in',
    title: 'Sign in',
    permission: 'public',
    group: null,
    icon: 'key-round',
    order: 0,
    load: () => import('../../modules/identity/sign-in-page.tsx'),
  },
];
