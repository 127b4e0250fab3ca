import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type DeadLetter, deadLetterReason } from '../../../shared/domain/dead-letter.ts';
import type { Delivery } from '../../../shared/domain/delivery.ts';
import { rightsOfAsker } from '../access.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';
import { answers, commit } from '../schemas.ts';
import { changeView, showChange } from '../views/change.ts';

const deliveryView = z
  .object({
    id: z.string(),
    event: z.string(),
    repository: z.string(),
    receivedAt: z.string(),
    judgement: z.string().describe('skipped: …, or what it caused.'),
  })
  .openapi('Delivery');

const whyView = z
  .object({ commit: z.string(), changes: z.array(changeView), deliveries: z.array(deliveryView) })
  .openapi('Why');
export type WhyView = z.output<typeof whyView>;

const explain = createRoute({
  tags: ['Changes'],
  method: 'get',
  path: '/why/{commit}',
  summary: 'What became of a commit, and why',
  request: { params: z.object({ commit }) },
  responses: answers(200, 'Every Change and every delivery of the commit, newest first.', whyView),
});

export function why({ store }: Needs): OpenAPIHono {
  return new OpenAPIHono().openapi(explain, async (c) => {
    const { commit } = c.req.valid('param');
    const rights = rightsOfAsker(c);
    const [allChanges, allDeliveries, letters] = await Promise.all([
      store.listChanges({ commit }),
      store.deliveriesOf(commit),
      store.listDeadLetters(),
    ]);
    const changes = await rights.among(allChanges, ({ repository }) => repository);
    const deliveries = await rights.among(allDeliveries, ({ repository }) => repository);
    if (changes.length + deliveries.length === 0) {
      throw refusal(
        404,
        `Nothing is known of commit ${commit}. Check that it was pushed, that an App follows its branch (the list of Apps shows which), and that the repository's webhook was delivered (its page on the code host lists deliveries).`,
      );
    }
    const body = {
      commit,
      changes: changes.map(showChange),
      deliveries: deliveries.map((delivery) => showDelivery(delivery, letterOf(delivery, letters))),
    };
    return c.json(body, 200);
  });
}

/** The last one that tells of the delivery: letters come newest first. */
const letterOf = ({ id }: Delivery, letters: readonly DeadLetter[]) =>
  letters.find(({ data }) => z.object({ delivery: z.literal(id) }).safeParse(data).success);

function showDelivery(
  { id, event, repository, receivedAt, judgement }: Delivery,
  letter: DeadLetter | undefined,
): z.output<typeof deliveryView> {
  return { id, event, repository, receivedAt, judgement: judgementText(judgement, letter) };
}

function judgementText(judgement: Delivery['judgement'], letter: DeadLetter | undefined): string {
  if (!judgement) return letter ? `not judged yet: ${deadLetterReason(letter)}` : 'not judged yet';
  if ('skipped' in judgement) return `skipped: ${judgement.skipped}`;
  return `caused ${judgement.changes.join(', ') || 'no Change'}`;
}
