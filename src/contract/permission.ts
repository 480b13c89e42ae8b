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
  'adversarial-detection',
  'federated-learning',
  'incidents',
  'notifications',
] as const;
export type Resource = (typeof resources)[number];
export const acts = ['create', 'read', 'update', 'delete'] as const;
export type Act = (typeof acts)[number];
/** Rights beside the four acts, where one of them would give too much: to see the cells of a table is more than to see how good it is. */
export const specialRights = [
  'data-quality:read-values',
  'data-quality:connect',
  'audit-logs:read-sealed',
  'audit-logs:hold',
  'audit-logs:erase',
  'audit-logs:administer',
] as const;
export type SpecialRight = (typeof specialRights)[number];
export type Permission = `${Resource}:${Act}` | SpecialRight;

export const Permission = z.custom<Permission>((value) => {
  if (typeof value !== 'string') return false;
  if (specialRights.some((known) => known === value)) return true;
  const [resource, act] = value.split(':');
  return resources.some((known) => known === resource) && acts.some((known) => known === act);
}, 'not a permission');

/** 'public': no identity needed. 'signed-in': any person. 'service': another process of the platform, by service token. */
export type Access = Permission | 'public' | 'signed-in' | 'service';
