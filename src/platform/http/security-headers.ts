/** Headers that tell browsers what a page of ours may never do. The same for every answer, so they are worked out once. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

export type SecurityHeaders = Readonly<Record<string, string>>;

/** @param overTls whether browsers reach us by HTTPS: only then may they be told to insist on it. */
export function securityHeaders(overTls: boolean): SecurityHeaders {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  policy(overTls)(response.req, response, () => {});
  const set = response.getHeaderNames().map((name) => [name, String(response.getHeader(name))] as const);
  return { ...Object.fromEntries(set), 'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()' };
}

function policy(overTls: boolean): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: true,
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: overTls ? { maxAge: 31_536_000, includeSubDomains: true } : false,
  });
}
