/** Headers of a request, each set sent as it is, by what they try. */
export const headerSets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a type without a name': { 'content-type': '/' },
  'a type of 4 kB': { 'content-type': `application/json; charset=${'x'.repeat(4000)}` },
  'another character set': { 'content-type': 'application/json; charset=utf-16' },
  'a form of parts': { 'content-type': 'multipart/form-data; boundary=x' },
  'a compressed body': { 'content-encoding': 'gzip' },
  'a method in its place': { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' },
  'an address in its place': { 'x-original-url': '/api/status', 'x-rewrite-url': '/api/status' },
  'a host in its place': { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example;proto=https' },
  'a peer in its place': { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
  'a range': { range: `bytes=${'0-1,'.repeat(500)}0-1` },
  'a cookie of 8 kB': { cookie: `a=${'x'.repeat(8000)}` },
  'an expectation': { expect: '100-continue' },
  'bytes above ASCII': { 'x-anything': '\u00ff\u00fe' },
};
