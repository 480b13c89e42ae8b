// Written by npm run generate. Do not edit.

export const rulesVersion = '11354c4f55a8323c';
