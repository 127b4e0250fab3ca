import { assetPath } from './assets.ts';
import type { Page } from './page.ts';

/** The REST API, to read and to try: by Swagger UI, from the document that the requests are checked with. */
export const apiDocsPage = async (): Promise<Page> => ({
  title: 'API',
  isFinal: true,
  main: (
    <>
      <h1>API</h1>
      <p>
        What is tried here is done. The same as a file: <a href="/openapi.json">/openapi.json</a> (OpenAPI
        3.1).
      </p>
      <link rel="stylesheet" href={assetPath('api-docs.css')} />
      <div id="api-docs" class="paper" />
      <script src={assetPath('api-docs.js')} defer />
    </>
  ),
});
