/** What is done about alerts that are one matter: incidents, acts, quarantine, playbooks, escalation, on-call. */
export * from './acts/act-contract.ts';
export * from './cases/incident-contract.ts';
export * from './cases/next-step.ts';
export * from './escalation/escalation-contract.ts';
export * from './playbooks/playbook-contract.ts';
export * from './quarantine/quarantine-contract.ts';
