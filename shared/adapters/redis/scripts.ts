import { type CommandParser, defineScript, type RedisArgument } from 'redis';
import { keys } from './keys.ts';

/** Takes a record out of every index that it is in: those are its fields that begin with `cite:`. */
const LEAVE = `
local function leave(record)
  for _, field in ipairs(redis.call('HKEYS', record)) do
    if string.sub(field, 1, 5) == 'cite:' then
      redis.call('ZREM', field, record)
      redis.call('HDEL', record, field)
    end
  end
end
`;

/** Removes a record; goes with LEAVE. */
const REMOVE = `
local function remove(record)
  leave(record)
  redis.call('UNLINK', record)
  redis.call('ZREM', '${keys.expiry}', record)
end
`;

/** Writes a record and its indexes from the arguments that `written` makes, which begin at `first`. */
const WRITE = `${LEAVE}
local function write(record, first)
  leave(record)
  redis.call('HSET', record, 'value', ARGV[first])
  if ARGV[first + 1] ~= '' then
    redis.call('PEXPIRE', record, ARGV[first + 2])
    redis.call('ZADD', '${keys.expiry}', ARGV[first + 1], record)
  end
  for i = first + 3, #ARGV, 2 do
    redis.call('ZADD', ARGV[i], ARGV[i + 1], record)
    redis.call('HSET', record, ARGV[i], ARGV[i + 1])
  end
end
`;

/** Puts the message of a Change behind all others; the one that it replaces is gone. */
const SEND = `
local function send(change, revision)
  local last = redis.call('ZRANGE', '${keys.outbox}', -1, -1, 'WITHSCORES')
  redis.call('ZADD', '${keys.outbox}', (tonumber(last[2]) or 0) + 1, change)
  redis.call('HSET', '${keys.outboxRevisions}', change, revision)
end
`;

/** Puts events, a JSON list of [when in milliseconds, text], behind all others (`placeAfter`). */
const TELL = `
local function tell(events)
  local last = redis.call('ZRANGE', '${keys.changeEvents}', -1, -1, 'WITHSCORES')
  local place = tonumber(last[2]) or 0
  for _, event in ipairs(cjson.decode(events)) do
    place = math.max(event[1], place + 1)
    local text = string.format('%.0f', place)
    redis.call('ZADD', '${keys.changeEvents}', text, text .. ' ' .. event[2])
  end
end
`;

const PUT = `${WRITE}
write(KEYS[1], 1)
return 1
`;

const DROP = `${LEAVE}${REMOVE}
remove(KEYS[1])
return 1
`;

/** ARGV: judgement or ''; the record. */
const RECORD_DELIVERY = `${WRITE}
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HEXISTS', KEYS[1], 'judgement') == 1 and 'judged' or 'repeated'
end
write(KEYS[1], 2)
if ARGV[1] ~= '' then redis.call('HSET', KEYS[1], 'judgement', ARGV[1]) end
return 'new'
`;

/** ARGV: judgement. */
const JUDGE_DELIVERY = `
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HSETNX', KEYS[1], 'judgement', ARGV[1]) == 1 then
  redis.call('ZREM', '${keys.unjudged}', KEYS[1])
  redis.call('HDEL', KEYS[1], '${keys.unjudged}')
end
return 1
`;

/** ARGV: id, revision, claim, 'open' or 'ended', events; the record. Gives the other Change, if any. */
const OPEN_CHANGE = `${WRITE}${SEND}${TELL}
local known = redis.call('HGET', KEYS[1], 'value')
if known then return known end
local holder = redis.call('HGET', '${keys.claims}', ARGV[3])
local other = holder and redis.call('HGET', holder, 'value')
if other then return other end
write(KEYS[1], 6)
redis.call('HSET', KEYS[1], 'revision', ARGV[2])
if ARGV[4] == 'open' then redis.call('HSET', '${keys.claims}', ARGV[3], KEYS[1]) end
send(ARGV[1], ARGV[2])
tell(ARGV[5])
return false
`;

/** ARGV: id, revision, the one before, claim, 'open' or 'ended', events; the record. 0: the compare-and-set lost. */
const SAVE_CHANGE = `${WRITE}${SEND}${TELL}
if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[3] then return 0 end
if redis.call('HEXISTS', KEYS[1], '${keys.endedChanges}') == 1 then return 0 end
write(KEYS[1], 7)
redis.call('HSET', KEYS[1], 'revision', ARGV[2])
if ARGV[5] == 'ended' and redis.call('HGET', '${keys.claims}', ARGV[4]) == KEYS[1] then
  redis.call('HDEL', '${keys.claims}', ARGV[4])
end
send(ARGV[1], ARGV[2])
tell(ARGV[6])
return 1
`;

/** ARGV: revision, the one before; the record. 0: the compare-and-set lost. */
const SAVE_REVISION = `${WRITE}
if (redis.call('HGET', KEYS[1], 'revision') or '0') ~= ARGV[2] then return 0 end
write(KEYS[1], 3)
redis.call('HSET', KEYS[1], 'revision', ARGV[1])
return 1
`;

/**
 * ARGV: room, the bytes of all logs together; the record. A log's place is where it ends when all are laid one behind
 * the other: those that end before the room of the newest begins have to go. What was replaced counts until then.
 */
const KEEP_LOG = `${WRITE}${REMOVE}
write(KEYS[1], 2)
local last = redis.call('ZRANGE', '${keys.logs}', -1, -1, 'WITHSCORES')
local place = (tonumber(last[2]) or 0) + #ARGV[2]
redis.call('ZADD', '${keys.logs}', place, KEYS[1])
redis.call('HSET', KEYS[1], '${keys.logs}', place)
local past = redis.call('ZRANGE', '${keys.logs}', '-inf', place - ARGV[1], 'BYSCORE')
for _, record in ipairs(past) do
  remove(record)
  redis.call('ZREM', '${keys.logs}', record)
end
return 1
`;

/** ARGV: change, revision. */
const SETTLE_MESSAGE = `
if redis.call('HGET', '${keys.outboxRevisions}', ARGV[1]) == ARGV[2] then
  redis.call('ZREM', '${keys.outbox}', ARGV[1])
  redis.call('HDEL', '${keys.outboxRevisions}', ARGV[1])
end
return 1
`;

/** ARGV: owner, now, until, time to live. */
const TAKE_LEASE = `
local owner, till = unpack(redis.call('HMGET', KEYS[1], 'owner', 'until'))
if owner and owner ~= ARGV[1] and tonumber(till) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`;

/** ARGV: owner. */
const RETURN_LEASE = `
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`;

/** ARGV: now, at most how many. Gives how many it removed. */
const EXPIRE = `${LEAVE}${REMOVE}
local past = redis.call('ZRANGE', '${keys.expiry}', '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
for _, record in ipairs(past) do remove(record) end
return #past
`;

/** Each script is one atomic write, sent by its hash: one round trip. */
function script<Reply>(lua: string) {
  return defineScript({
    SCRIPT: lua,
    NUMBER_OF_KEYS: 1,
    parseCommand(parser: CommandParser, key: string, args: readonly RedisArgument[]) {
      parser.pushKey(key);
      parser.push(...args);
    },
    transformReply: (reply: unknown) => reply as Reply,
  });
}

export const scripts = {
  put: script<number>(PUT),
  drop: script<number>(DROP),
  recordDelivery: script<'new' | 'repeated' | 'judged'>(RECORD_DELIVERY),
  judgeDelivery: script<number>(JUDGE_DELIVERY),
  openChange: script<string | null>(OPEN_CHANGE),
  saveChange: script<number>(SAVE_CHANGE),
  saveRevision: script<number>(SAVE_REVISION),
  keepLog: script<number>(KEEP_LOG),
  settleMessage: script<number>(SETTLE_MESSAGE),
  takeLease: script<number>(TAKE_LEASE),
  returnLease: script<number>(RETURN_LEASE),
  removePast: script<number>(EXPIRE),
};
