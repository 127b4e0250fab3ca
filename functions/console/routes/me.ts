import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { askerOf, rightsOfAsker } from '../access.ts';
import { answers } from '../schemas.ts';

const meView = z
  .object({
    person: z.string().describe('As everybody is shown them beside what they did.'),
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
  new OpenAPIHono().openapi(show, (c) =>
    c.json({ person: askerOf(c, undefined), isAdmin: rightsOfAsker(c).isAdmin }, 200),
  );
