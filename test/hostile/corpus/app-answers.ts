/** What an App's server may write to a plain GET, by what it tries. */
export const appAnswers: Readonly<Record<string, string>> = {
  'a status below all': 'HTTP/1.1 099 X\r\ncontent-length: 2\r\n\r\nhi',
  'no status': 'HTTP/1.1 000 X\r\ncontent-length: 2\r\n\r\nhi',
  'a status above all': 'HTTP/1.1 999 X\r\ncontent-length: 2\r\n\r\nhi',
  'a status of four digits': 'HTTP/1.1 2000 X\r\ncontent-length: 2\r\n\r\nhi',
  'a status that is negative': 'HTTP/1.1 -20 X\r\ncontent-length: 2\r\n\r\nhi',
  'another protocol, unasked': 'HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  'another protocol, unnamed': 'HTTP/1.1 101 X\r\n\r\n',
  'another protocol, with a body':
    'HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\ncontent-length: 2\r\n\r\nhi',
  'a leave to go on, then no status':
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 099 X\r\ncontent-length: 0\r\n\r\n',
  'hints, then an answer': `${'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(50)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi`,
  'a reason with an escape': 'HTTP/1.1 200 \x1b[2J\x07\r\ncontent-length: 2\r\n\r\nhi',
  'a reason with a NUL': 'HTTP/1.1 200 a\0b\r\ncontent-length: 2\r\n\r\nhi',
  'a reason above ASCII': 'HTTP/1.1 200 ſ☃\r\ncontent-length: 2\r\n\r\nhi',
  'a reason of 8 kB': `HTTP/1.1 200 ${'x'.repeat(8000)}\r\ncontent-length: 2\r\n\r\nhi`,
  'no reason': 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nhi',
  'a header with a NUL': 'HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 2\r\n\r\nhi',
  'a header with an escape': 'HTTP/1.1 200 OK\r\nx: \x1b[2J\r\ncontent-length: 2\r\n\r\nhi',
  'a header above ASCII': 'HTTP/1.1 200 OK\r\nx: ☃\r\ncontent-length: 2\r\n\r\nhi',
  'a header without a name': 'HTTP/1.1 200 OK\r\n: x\r\ncontent-length: 2\r\n\r\nhi',
  'a header named for a prototype':
    'HTTP/1.1 200 OK\r\n__proto__: x\r\nconstructor: x\r\ncontent-length: 2\r\n\r\nhi',
  'headers of its connection that are none':
    'HTTP/1.1 200 OK\r\nconnection: ,,content-length, \r\nkeep-alive: x\r\ncontent-length: 2\r\n\r\nhi',
  'a head of 100 kB': `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`,
  '2,000 headers': `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(2000)}content-length: 2\r\n\r\nhi`,
  'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nhi',
  'a length and chunks':
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
  'a length that is none': 'HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nhi',
  'a chunk that is none': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n',
  'a trailer that has a say':
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n2\r\nhi\r\n0\r\ncontent-length: 9\r\n\r\n',
  'more than it said':
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx',
  'a body where there is none': 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nhi',
  'chunks where there are none': 'HTTP/1.1 304 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
  'another coding': 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nhi',
  'an answer of another protocol': 'SIP/2.0 200 OK\r\n\r\n',
  'an answer of another version': 'HTTP/9.9 200 OK\r\ncontent-length: 2\r\n\r\nhi',
  'no HTTP': '\0\x01\x02',
  'an empty line': '\r\n',
};
