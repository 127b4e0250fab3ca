import { type Change, verdictText } from '../../../shared/domain/change.ts';
import { changePath } from './addresses.ts';
import { Ago } from './ago.tsx';
import { Badge } from './badge.tsx';
import { Commit } from './commit.tsx';

interface Props {
  readonly changes: readonly Change[];
  readonly now: Date;
  /** What is said where there is none. */
  readonly none: string;
}

/** Changes, each with its commit and what became of it. */
export const Changes = ({ changes, now, none }: Props) =>
  changes.length === 0 ? (
    <p class="empty">{none}</p>
  ) : (
    <ul class="changes">
      {changes.map((change) => (
        <li id={`change-${change.id}`}>
          <Badge state={change.verdict?.outcome ?? change.state} />
          <div>
            <a href={changePath(change.id)} class="plain">
              <Commit sha={change.commit} title={change.title} />
            </a>
            <div class="quiet">
              {change.verdict ? verdictText(change.verdict) : change.reason}
              {' · '}
              {byWhom(change)}
              {' · '}
              <Ago at={change.openedAt} now={now} />
            </div>
          </div>
        </li>
      ))}
    </ul>
  );

/** Nobody is known who changed an App with kubectl. */
const byWhom = ({ kind, by, author }: Change) => [kind, by ?? author].filter(Boolean).join(' by ');
