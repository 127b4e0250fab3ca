import type { Child } from 'hono/jsx';
import type { App } from '../../../../shared/domain/app.ts';
import type { Hold } from '../../../../shared/domain/app-spec.ts';
import type { Page } from '../page.ts';

/** What a person is asked before anything is done: what it is, and what will happen. */
export interface Wish {
  readonly title: string;
  readonly consequences: readonly string[];
  /** The words of the button: what it does, never "OK". */
  readonly button: string;
  readonly destroys?: boolean;
  /** Where one is after thinking better of it. */
  readonly back: string;
  /** More to fill in, or to carry along. */
  readonly fields?: Child;
}

/** The form is sent to the page's own address. */
export const wishPage = ({ title, consequences, button, destroys, back, fields }: Wish): Page => ({
  title,
  // What somebody is about to send does not change under their hands.
  isFinal: true,
  main: (
    <form method="post" class="wish">
      <h1>{title}</h1>
      <ul>
        {consequences.map((consequence) => (
          <li>{consequence}</li>
        ))}
      </ul>
      {fields}
      <p class="buttons">
        <button type="submit" class={destroys ? 'destroys' : 'does'}>
          {button}
        </button>
        <a href={back}>Leave it as it is</a>
      </p>
    </form>
  ),
});

/** What a page shows of an App goes along: what is asked for is not done to what was not seen. */
export const AsSeen = ({ app }: { app: App }) => (
  <>
    <input type="hidden" name="uid" value={app.uid} />
    <input type="hidden" name="hold" value={app.spec.hold?.at ?? ''} />
  </>
);

/** Whose Hold, and why. */
export const holdOf = ({ by, why }: Hold) => `the Hold of ${by}${why ? ` (${why})` : ''}`;

export const Why = () => (
  <label class="field">
    <span>Why (everybody is shown it)</span>
    <input name="why" maxlength={1024} autocomplete="off" />
  </label>
);
