/** What is done about alerts that are one matter: incidents, acts, quarantine, playbooks, escalation, on-call. */
export * from './act-contract.ts';
export * from './escalation-contract.ts';
export * from './incident-contract.ts';
export * from './playbook-contract.ts';
export * from './quarantine-contract.ts';
