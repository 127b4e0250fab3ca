import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import manifest from '../../../package.json' with { type: 'json' };
import { askerOf, loginOf, rightsOfAsker } from '../access.ts';
import { answers } from '../schemas.ts';

const meView = z
  .object({
    version: z.string().describe('Of the platform.'),
    person: z.string().describe('As everybody is shown them beside what they did.'),
    login: z.string().optional().describe('Of who has signed in, on GitHub.'),
    isAdmin: z.boolean().describe('May do what is of the whole platform.'),
  })
  .openapi('Me');
export type MeView = z.output<typeof meView>;

const show = createRoute({
  tags: ['Platform'],
  method: 'get',
  path: '/me',
  summary: 'Whom the platform takes whoever asks for',
  responses: answers(200, 'Of a token: its person.', meView),
});

export const me = (): OpenAPIHono =>
  new OpenAPIHono().openapi(show, (c) => {
    const login = loginOf(c);
    const body = {
      version: manifest.version,
      person: askerOf(c, undefined),
      ...(login === undefined ? {} : { login }),
      isAdmin: rightsOfAsker(c).isAdmin,
    };
    return c.json(body, 200);
  });
