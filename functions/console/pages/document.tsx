import { assetPath } from './assets.ts';
import type { Page } from './page.ts';

interface Props extends Pick<Page, 'title' | 'main'> {
  /** The page's own address. */
  readonly address?: string;
  /** Where the page's updates come from; absent: it does not change. */
  readonly updates?: string | undefined;
  /** Who has signed in. */
  readonly login?: string | undefined;
}

const SECTIONS = [
  ['/', 'Apps'],
  ['/changes', 'Changes'],
  ['/audit', 'Audit'],
  ['/sweep', 'Sweep'],
  ['/status', 'Status'],
  ['/api-docs', 'API'],
] as const;

/** A whole page. `main` is what a stream of updates replaces; without scripts the page is as it was when it was asked for. */
export const Document = ({ title, main, address, updates, login }: Props) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content={HTMX} />
      <title>{`${title} · Cite`}</title>
      <link rel="stylesheet" href={assetPath('console.css')} />
      <link rel="icon" href={assetPath('icon.svg')} type="image/svg+xml" />
      <script src={assetPath('htmx.js')} defer />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href="/">
          Cite
        </a>
        <nav aria-label="Console">
          {SECTIONS.map(([path, name]) => (
            <a href={path} aria-current={address?.split('?')[0] === path ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        {login === undefined ? null : (
          <form method="post" action="/sign-out" class="who">
            <a href="/tokens">{login}</a>
            <button type="submit">Sign out</button>
          </form>
        )}
      </header>
      <main id="main" hx-sse:connect={updates} hx-sse:close="final" hx-swap="innerMorph">
        {main}
      </main>
    </body>
  </html>
);

/** No request of htmx may leave for another origin; addresses change by links and forms alone. */
const HTMX = JSON.stringify({ mode: 'same-origin', history: false });
