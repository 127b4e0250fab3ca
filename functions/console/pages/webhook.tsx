import type { Needs } from '../needs.ts';
import { listDeliveries } from '../views/hook-delivery.ts';
import { Ago } from './ago.tsx';
import type { Page } from './page.ts';

/** What GitHub sent to the webhook of one repository. Asked for by whoever opens it, and not again by itself. */
export async function webhookPage(ports: Needs, name: string): Promise<Page> {
  const { repository, deliveries } = await listDeliveries(ports, name);
  const now = ports.clock();
  return {
    title: `Webhook of ${repository}`,
    isFinal: true,
    main: (
      <>
        <h1>{`Webhook of ${repository}`}</h1>
        <p class="quiet">
          What GitHub says that it sent in 3 days, the newest 50, as it was when this page was opened.
        </p>
        {deliveries.length === 0 ? (
          <p class="empty">Nothing, or there is no webhook.</p>
        ) : (
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Sent</th>
                  <th scope="col">Event</th>
                  <th scope="col">Answer</th>
                  <th scope="col">Became</th>
                </tr>
              </thead>
              <tbody>
                {deliveries.map(({ event, answer, delivered, at, became }) => (
                  <tr>
                    <td>
                      <Ago at={at} now={now} />
                    </td>
                    <td>{event}</td>
                    <td>{`${answer === 0 ? 'none' : answer}${delivered ? '' : ', not delivered'}`}</td>
                    <td>{became}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <p>
          <a href="/status">Status</a>
        </p>
      </>
    ),
  };
}
