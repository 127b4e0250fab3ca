import type { createClient } from 'redis';

/** Sorted, for a script has its keys in the order of a hash table. */
const CONTENT = `
redis.call('SELECT', ARGV[1])
local content = {}
local names = redis.call('KEYS', '*')
table.sort(names)
for i, name in ipairs(names) do
  local isHash = redis.call('TYPE', name).ok == 'hash'
  local held = isHash and redis.call('HGETALL', name) or redis.call('ZRANGE', name, 0, -1, 'WITHSCORES')
  content[i] = { name, redis.call('PTTL', name) > 0, held }
end
return cjson.encode(content)
`;

/** Everything in a database, but how long the keys will live. */
export const contentOf = async (
  client: ReturnType<typeof createClient>,
  database: number,
): Promise<unknown> =>
  JSON.parse(String(await client.eval(CONTENT, { arguments: [String(database)] })), sorted);

export const wipe = async (client: ReturnType<typeof createClient>, database: number): Promise<void> =>
  void (await client.eval("redis.call('SELECT', ARGV[1]) redis.call('FLUSHDB')", {
    arguments: [String(database)],
  }));

/** Redis gives the fields of a hash in no order. */
function sorted(_: string, value: unknown): unknown {
  const isHeld = Array.isArray(value) && value.every((part) => typeof part === 'string');
  if (!isHeld) return value;
  return value
    .flatMap((part, i) => (i % 2 === 0 ? [`${part}: ${value[i + 1]}`] : []))
    .sort((a, b) => (a < b ? -1 : 1));
}
