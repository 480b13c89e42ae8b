/** Where the current person lies in the cache. */
export const sessionKey = ['session', 'whoami'] as const;
