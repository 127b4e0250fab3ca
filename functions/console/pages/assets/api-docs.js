// The API's own document. No validator of another site is asked for its opinion.
window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api-docs',
  validatorUrl: null,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
});
