import { Webhooks } from '@octokit/webhooks';
import { RetryableError } from '../../shared/domain/errors.ts';
import { githubEvent } from '../../shared/domain/events.ts';
import type { Config } from '../../shared/runtime/config.ts';
import type { Answer, Hosted, Intake } from '../../shared/runtime/host.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { decide } from './decide.ts';

type Needs = Pick<Ports, 'store' | 'events' | 'clock' | 'log'> & {
  readonly config: Config<'WEBHOOK_SECRET' | 'WEBHOOK_SECRET_BEFORE'>;
};

/**
 * GitHub's webhooks: verified on the raw body, stored once, then answered. GitHub sends none twice by itself, so what
 * was answered 202 must be in the store; the event may be lost after that, resync emits it again.
 */
export const handle = (ports: Needs): Hosted => {
  const verify = verifier([ports.config.WEBHOOK_SECRET, ports.config.WEBHOOK_SECRET_BEFORE]);
  const receiveWebhook: Hosted = async (req, res) => {
    const answer = await receive(ports, verify, req.headers, req.rawBody?.toString() ?? '');
    res.status(answer.status).type('text/plain').send(`${answer.text}\n`);
  };
  return Object.assign(receiveWebhook, { intake });
};

/** GitHub's own cap on a payload, and two such at once: parsed, four of them took 660 MB, and an instance has 512. */
const intake: Intake = {
  bodyBytes: 25 * 1024 * 1024,
  togetherBytes: 50 * 1024 * 1024,
  refuse: ({ method, headers }) => {
    if (method !== 'POST') return { status: 405, text: 'Webhooks are sent by POST.' };
    return headers['x-hub-signature-256'] ? undefined : unsigned;
  },
};

const unsigned = {
  status: 401,
  text: 'The signature is missing or wrong: the secret of the webhook must be ours.',
};

type Verify = (body: string, signature: string) => Promise<boolean>;

/** During a change of secret both are good. */
function verifier(secrets: readonly (string | undefined)[]): Verify {
  const keys = secrets.filter((secret) => secret !== undefined).map((secret) => new Webhooks({ secret }));
  return async (body, signature) => {
    for (const key of keys) if (await key.verify(body, signature).catch(() => false)) return true;
    return false;
  };
}

async function receive(
  ports: Needs,
  verify: Verify,
  headers: Record<string, string | string[] | undefined>,
  body: string,
): Promise<Answer> {
  const header = (name: string) => (typeof headers[name] === 'string' ? headers[name] : '');
  if (!(await verify(body, header('x-hub-signature-256')))) return unsigned;
  if (!/^application\/json\b/.test(header('content-type'))) {
    return { status: 415, text: 'Set the content type of the webhook to application/json.' };
  }
  const event = header('x-github-event');
  const id = `${header('x-github-hook-id') || '0'}/${header('x-github-delivery')}`;
  if (!/^[a-z0-9_]{1,64}$/.test(event) || !/^\d{1,20}\/[\w-]{1,64}$/.test(id)) {
    return { status: 400, text: 'X-GitHub-Event or X-GitHub-Delivery is missing or not as GitHub sends it.' };
  }
  const log = ports.log.child({ delivery: id, event });
  const reception = decide({ id, event, body, receivedAt: ports.clock() });
  try {
    return await accept({ ...ports, log }, reception);
  } catch (err) {
    if (!(err instanceof RetryableError)) throw err;
    log.error({ err }, 'not stored');
    return { status: 503, text: 'The delivery could not be stored: redeliver it.' };
  }
}

async function accept(ports: Needs, reception: ReturnType<typeof decide>): Promise<Answer> {
  if (reception.action === 'refuse') return { status: reception.status, text: reception.why };
  const { delivery } = reception;
  const receipt = await ports.store.recordDelivery(delivery);
  if (reception.action === 'skip') {
    await ports.store.judgeDelivery(delivery.id, { skipped: reception.why });
    ports.log.info({ why: reception.why }, 'skipped');
    return { status: 202, text: `skipped: ${reception.why}` };
  }
  if (receipt === 'judged') return { status: 202, text: 'This delivery was judged before.' };
  await ports.events.emit(githubEvent(delivery)).catch((err: unknown) => {
    ports.log.warn({ err }, 'stored, but not announced: resync will');
  });
  ports.log.info({ receipt }, 'accepted');
  return { status: 202, text: 'accepted' };
}
