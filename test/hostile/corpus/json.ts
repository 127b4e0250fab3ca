const deep = (depth: number, open = '{"a":', close = '}') => `${open.repeat(depth)}1${close.repeat(depth)}`;

/** Bodies that are sent where a JSON object is expected, by what they try. */
export const bodies: Readonly<Record<string, string>> = {
  nothing: '',
  'no JSON': '{"a":',
  'JSON and more': '{}{}',
  null: 'null',
  'a list': '[]',
  'a text': '"x"',
  'a number': '1',
  'objects 100 deep': deep(100),
  'objects 50,000 deep': deep(50_000),
  'lists 50,000 deep': deep(50_000, '[', ']'),
  'brackets that never close': '['.repeat(100_000),
  'a text full of brackets': JSON.stringify({ a: '['.repeat(10_000) }),
  'a text of 900 kB': JSON.stringify({ a: '\\'.repeat(450_000) }),
  '30,000 keys': `{${Array.from({ length: 30_000 }, (_, i) => `"key${i}":1`).join(',')}}`,
  'keys of 10 kB': JSON.stringify({ ['k'.repeat(10_000)]: 1, '\u001b[2J': 2 }),
  'the same key twice': '{"by":"ann","by":"\\u001b[2J"}',
  'a prototype': '{"__proto__":{"isAdmin":true}}',
  'a prototype inside': '{"env":{"__proto__":"x"},"build":{"__proto__":{"builder":"node"}}}',
  'a constructor': '{"constructor":{"prototype":{"isAdmin":true}}}',
  'a huge number': `{"port":${'9'.repeat(400)},"replicas":1e999}`,
  'numbers of another kind': '{"port":-0,"replicas":1e-7}',
  'a lone surrogate': '{"by":"\\ud800","why":"\\udfff"}',
  'a NUL': '{"by":"a\\u0000b"}',
  'a byte order mark': '\ufeff{}',
  'a comment': '{/* */}',
  'a bomb of YAML': 'a: &a [x,x,x,x,x,x,x,x,x]\nb: [*a,*a,*a,*a]\n',
  'a page': '<script>alert(1)</script>',
};

/** Values of other types, where a schema expects one. */
export const values: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  [],
  [[[]]],
  {},
  { toString: 'x' },
  { length: 1 },
  Array.from({ length: 5000 }, () => 'x'),
  Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`K${i} `, i])),
];

/** JSON as others write it: for what reads JSON that did not come over HTTP. */
export const documents: readonly string[] = [
  ...Object.values(bodies),
  ...values.map((value) => JSON.stringify(value)),
];
