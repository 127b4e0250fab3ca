import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/** What people wrote (commits, branches, logs) is on every page: should any of it get through as markup, it still runs nothing. */
export const securityHeaders: MiddlewareHandler = (c, next) =>
  (c.req.path === '/api-docs' ? ofApiDocs : ofPages)(c, next);

const headers = (imgSrc: string[]) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc,
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    // Whether there is TLS is the gateway's to say.
    strictTransportSecurity: false,
    xFrameOptions: 'DENY',
    referrerPolicy: 'same-origin',
  });

const ofPages = headers(["'self'"]);
/** Swagger UI has its icons in its style sheet. */
const ofApiDocs = headers(["'self'", 'data:']);
