import type { PodsView } from '../views/pods.ts';
import { Ago } from './ago.tsx';

interface Props {
  readonly view: PodsView;
  readonly now: Date;
}

/** The pods of an App, where its requests go, and what the cluster says is wrong with it. */
export const Pods = ({ view: { pods, endpoints, warnings, away }, now }: Props) => (
  <>
    <p class="quiet">{whereRequestsGo(endpoints)}</p>
    {pods.length === 0 ? <p class="empty">No pod is running.</p> : <Table pods={pods} />}
    {away === undefined ? null : (
      <p class="quiet">{`What the cluster says of it is not known now: ${away}.`}</p>
    )}
    {warnings.length === 0 ? null : (
      <>
        <h3>What the cluster warned of</h3>
        <ul class="warnings">
          {warnings.map(({ object, reason, message, count, at }) => (
            <li>
              <strong>{reason}</strong> {message}
              <div class="quiet">
                {`${object} · ${count === 1 ? '' : `${count} times · `}`}
                <Ago at={at} now={now} />
              </div>
            </li>
          ))}
        </ul>
      </>
    )}
  </>
);

function whereRequestsGo(endpoints: PodsView['endpoints']): string {
  if (endpoints.length === 0) return 'Its Service has no ready pod to send requests to.';
  const where = endpoints.map(
    ({ release, ready }) => `${ready} ready ${ready === 1 ? 'pod' : 'pods'} of r${release}`,
  );
  return `Its Service sends requests to ${where.join(' and ')}.`;
}

const Table = ({ pods }: Pick<PodsView, 'pods'>) => (
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Pod</th>
          <th scope="col">Release</th>
          <th scope="col">State</th>
          <th scope="col">Restarts</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {pods.map((pod) => (
          <tr id={`pod-${pod.name}`}>
            <td>
              <code>{pod.name}</code>
            </td>
            <td>{`r${pod.release}`}</td>
            <td>{pod.ready ? 'Ready' : pod.phase}</td>
            <td>{pod.restarts}</td>
            <td>{[pod.reason, pod.message].filter(Boolean).join(': ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
