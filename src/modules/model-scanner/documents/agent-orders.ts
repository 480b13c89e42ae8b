/** What instructions tell an agent to do: to ignore others, to keep it secret, to send things away, to stop asking. */

const secrets = String.raw`(?:\.env\b|id_rsa|id_ed25519|~/\.(?:ssh|aws|kube|netrc|gnupg|docker)|\.aws/credentials|environment variables?|env(?:ironment)? vars?|ssh keys?|private keys?|credentials?|passwords?|(?:api|access|secret) ?(?:keys?|tokens?)|session cookies?|(?:chat|conversation) (?:history|log|transcript)|(?:system|developer) prompt|(?:user'?s?|whole|entire|full) (?:conversation|messages?|files?|home (?:folder|directory))|wallet|seed phrase)`;
const sends = String.raw`\b(?:send|post|upload|forward|transmit|exfiltrat\w+|leak|append|encode|embed|include|report|submit|pipe|e-?mail)\b`;
const outside = String.raw`(?:https?://|wss?://|\bwebhook\b|[\w.+-]+@[\w-]+\.\w{2,}|\bquery (?:string|param\w*)|\bURL param\w*|\bimage (?:url|link)|\bpastebin\b|\bngrok\b)`;

const sendsSecrets = new RegExp(
  String.raw`${sends}[^.\n]{0,160}${secrets}[^.\n]{0,160}?${outside}|${sends}[^.\n]{0,120}${outside}[^\n]{0,120}${secrets}`,
  'i',
);
const override =
  /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,30}\b(?:all|any|every|the|your|previous|prior|above|earlier|preceding|other)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules?|guidelines|directives|safety|policies|constraints)\b/i;
const conceal =
  /\b(?:do not|don['’]t|never|must not|without)\b[^.\n]{0,20}\b(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|notify(?:ing)?|alert(?:ing)?|show(?:ing)?|disclos(?:e|ing)|ask(?:ing)?)\b[^.\n]{0,40}\b(?:user|human|developer|operator|anyone|them)\b/i;
const acts =
  /\b(?:curl|wget|fetch\(|Invoke-WebRequest|base64|exec(?:ute)?|run the (?:following|command)|os\.system|subprocess|rm -rf|chmod|crontab|nc -|read (?:the )?(?:file|contents)|cat ~?\/|open (?:the )?file|call the tool|use the tool|add (?:a|the) (?:backdoor|dependency|payload))/i;

/** Strong enough to count in places that no person sees. */
export function giveOrders(text: string): boolean {
  return (
    override.test(text) ||
    sendsSecrets.test(text) ||
    (conceal.test(text) && /\b(?:you|agent|assistant|model|ai|always|must|should|run|execute|send|read|call)\b/i.test(text)) ||
    (acts.test(text) &&
      /\b(?:you must|always|assistant|agent|ai model|silently|secretly|before (?:doing|answering|responding))\b/i.test(text))
  );
}

export type Order = { readonly code: string; readonly detail: string; readonly text: string; readonly at: number };

type Rule = { readonly code: string; readonly detail: string; readonly pattern: RegExp; readonly isQuotable?: boolean };

const rules: readonly Rule[] = [
  {
    code: 'sends-secrets',
    detail: 'Tells the agent to send secrets or the conversation away.',
    pattern: new RegExp(
      String.raw`(?:${sends}[^.\n]{0,160}(?:\.env\b|id_rsa|id_ed25519|~/\.(?:ssh|aws|kube|netrc|gnupg)|\.aws/credentials|environment variables|ssh keys?|private keys?|(?:chat|conversation) (?:history|log|transcript)|(?:user'?s?|whole|entire|full) conversation|seed phrase|session cookies?)[^.\n]{0,160}?(?:https?://|\bwebhook\b|[\w.+-]+@[\w-]+\.\w{2,}|\bquery (?:string|param\w*)|\bpastebin\b|\bngrok\b))`,
      'gi',
    ),
    isQuotable: true,
  },
  {
    code: 'sends-secrets',
    detail: 'A command sends secrets away.',
    pattern:
      /\b(?:curl|wget|nc|ncat|Invoke-WebRequest)\b[^\n]{0,300}(?:@|\$\(cat\s+|<\s*)["']?(?:~|\$HOME|\$\{HOME\}|\/root|\/home\/[\w.-]+)?\/?(?:\.ssh\/|\.aws\/|\.env\b|\.kube\/|\.netrc|\.config\/gcloud|\.docker\/config|\.git-credentials|\.npmrc|\.pypirc)[^\n]{0,100}|\b(?:env|printenv|cat\s+~\/\.(?:ssh|aws|netrc|kube)\S*)\s*\|\s*(?:base64[^\n|]{0,30}\|\s*)?(?:curl|wget|nc|ncat)\b[^\n]{0,200}|(?:tar|zip)\s[^\n|]{0,100}~\/\.(?:ssh|aws|kube|gnupg)[^\n|]{0,100}\|\s*(?:curl|nc)\b[^\n]{0,200}/gi,
  },
  {
    code: 'image-carries-data',
    detail: 'An image address to be filled with data: showing it sends the data.',
    pattern:
      /!\[[^\]\n]{0,200}\]\(https?:\/\/(?!img\.shields\.io|badge|github\.com|raw\.githubusercontent\.com)[^)\s]{3,200}[?&][\w.-]{1,40}=(?:\{\{?[^)\n]{1,100}\}|\$\{?[A-Za-z_][^)\n]{0,100}|<[A-Za-z][^>)\n]{1,100}>|\[[A-Z][^\]\n]{1,100}\]|%s)[^)\n]{0,200}\)/g,
  },
  {
    code: 'overrides-instructions',
    detail: 'Tells the agent to ignore the instructions of those it works for.',
    pattern: new RegExp(override.source, 'gi'),
    isQuotable: true,
  },
  {
    code: 'conceals',
    detail: 'Tells the agent to act and to keep it from the person it works for.',
    pattern:
      /\b(?:do not|don['’]t|never|without)\s+(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|ask(?:ing)?)\s+(?:the\s+)?(?:user|human|developer|operator)\b[^.\n]{0,120}\b(?:send|upload|post|curl|run|execut\w+|install|download|delet\w+|commit|push|read|exfiltrat\w+)\b[^.\n]{0,100}|\b(?:silently|secretly|covertly|quietly)\s+(?:send|upload|post|run|execute|install|download|delete|read|copy|exfiltrate|add)\b[^.\n]{0,150}/gi,
    isQuotable: true,
  },
  {
    code: 'stops-asking',
    detail: 'Takes away the questions that keep the agent from acting on its own.',
    pattern:
      /--dangerously-skip-permissions\b|--dangerously-bypass-approvals-and-sandbox\b|--yolo\b|\bbypassPermissions\b|\b(?:never|do not|don['’]t)\s+ask\s+(?:for\s+)?(?:permission|confirmation|approval)\b[^.\n]{0,100}\b(?:command|delet|push|deploy|install|run|execut|shell)\w*/gi,
    isQuotable: true,
  },
  {
    code: 'disguised-command',
    detail: 'A command is put together so that it cannot be read, and run.',
    pattern:
      /\b(?:echo|printf)\s+["']?[A-Za-z0-9+/=]{24,4000}["']?\s*\|\s*base64\s+(?:-d|-D|--decode)[^\n]{0,40}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\bbase64\s+(?:-d|-D|--decode)\s*<<<[^\n]{20,4000}\|\s*(?:ba|z|da)?sh\b|\bpowershell(?:\.exe)?\s[^\n]{0,100}-e(?:nc|ncodedcommand)?\s+[A-Za-z0-9+/=]{24,4000}|\bpython3?\s+-c\s+["'][^\n]{0,60}exec\(\s*(?:__import__\(["']base64["']\)|base64)\.b64decode[^\n]{0,400}/gi,
  },
  {
    code: 'unchecked-download',
    detail: 'Has a packed program fetched and opened with a password, so that no scanner sees inside.',
    pattern:
      /https?:\/\/[^\s)"'<>]{3,300}\.(?:zip|rar|7z|exe|dmg|msi|scr)\b[^\n]{0,200}\bpass(?:word|code)?\b(?:\s?[:=`'"(]){1,4}\s?[\w!@#$%-]{2,40}|\bpass(?:word|code)?\b(?:\s?[:=`'"]){1,4}\s?[\w!@#$%-]{2,40}[^\n]{0,200}https?:\/\/[^\s)"'<>]{3,300}\.(?:zip|rar|7z|exe|dmg|msi|scr)\b/gi,
  },
];

/** Prose about attacks quotes them, or says not to do them. */
const about =
  /\b(?:attack\w*|injection\w*|malicious|example|e\.g\.|for instance|such as|attempt\w*|phrases? like|detect\w*|refus\w+|reject\w*|never follow|do not follow|don['’]t follow|untrusted|adversar\w+|jailbreak\w*|warn\w*|block\w*|flag(?:s|ged)?|must not|should not|avoid|forbidden|prohibited|not allowed|if (?:a|the|any|someone|anyone))\b/i;

/** @returns orders in a text written for an agent, in order. Quoted ones, and ones spoken about, are left out. Linear in the text. */
export function ordersIn(text: string): Order[] {
  const found: Order[] = [];
  for (const { code, detail, pattern, isQuotable } of rules)
    for (const match of text.matchAll(pattern)) {
      const before = text.slice(Math.max(0, match.index - 160), match.index);
      const sentence = `${before.slice(before.lastIndexOf('\n\n') + 1)}${match[0]}`;
      if (isQuotable && (/["'“”‘`«][^"'“”‘`«»\n]{0,40}$/.test(before) || about.test(sentence))) continue;
      found.push({ code, detail, text: match[0], at: match.index });
      if (found.length >= 100) return found;
    }
  return found.sort((a, b) => a.at - b.at);
}
