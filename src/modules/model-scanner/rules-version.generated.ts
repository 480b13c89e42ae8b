// Written by npm run generate. Do not edit.

export const rulesVersion = 'f443f663bad07ea4';
