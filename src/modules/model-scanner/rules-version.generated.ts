// Written by npm run generate. Do not edit.

export const rulesVersion = 'ae9a0640a7534a84';
