/** Who may do what: roles, resources and the words for a permission. The matrix itself is data: catalog/permissions.yaml. */
import { z } from 'zod';

export const Role = z.enum(['admin', 'ciso', 'compliance_officer', 'analyst', 'engineer', 'auditor']);
export type Role = z.infer<typeof Role>;

/** Resources are slice names: one word everywhere. */
export const resources = [
  'ai-assets',
  'discovery',
  'model-scanner',
  'vulnerabilities',
  'advisories',
  'risk',
  'security-alerts',
  'dashboard',
  'users',
  'audit-logs',
  'jobs',
  'settings',
  'monitoring',
  'data-quality',
  'wiz',
  'compliance',
  'agents',
] as const;
export type Resource = (typeof resources)[number];
export const acts = ['create', 'read', 'update', 'delete'] as const;
export type Act = (typeof acts)[number];
export type Permission = `${Resource}:${Act}`;

export const Permission = z.custom<Permission>((value) => {
  if (typeof value !== 'string') return false;
  const [resource, act] = value.split(':');
  return resources.some((known) => known === resource) && acts.some((known) => known === act);
}, 'not a permission');

/** 'public': no identity needed. 'signed-in': any person. 'service': another process of the platform, by service token. */
export type Access = Permission | 'public' | 'signed-in' | 'service';
