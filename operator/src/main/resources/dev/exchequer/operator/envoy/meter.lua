-- The hop meter. Request: applies the service's edits to the body and sets the deadlines of this attempt. Response: frames server-sent events,
-- takes down what the provider says it used, and ends the attempt with one Settle call before the last byte is let go.
-- docs/design/data-plane.md has the formats. Two rules of Envoy shape this file: every handle (headers, body, chunk, metadata) is dead after a
-- yield, so it is fetched again; and bytes that arrive while httpCall waits bypass the chunk loop, so nothing may be kept back at that moment.
local find, sub, byte, char, floor, concat = string.find, string.sub, string.byte, string.char, math.floor, table.concat

local SETTLE_STREAM_MS, SETTLE_MS = 500, 2000
local MAX_USAGE, MAX_ERROR_BODY, MAX_HEADER = 4096, 8192, 256
local MAX_ANSWER = 32 * 1024 * 1024 -- a longer non-stream answer is not read
local MAX_EVENT = 1024 * 1024       -- a longer event passes unread, its bytes counted as text
local MAX_HELD = 4 * 1024 * 1024    -- held-back output beyond this settles at once
local UNAVAILABLE = '{"error":{"message":"The accounting service did not answer.","type":"api_error","code":"accounting_unavailable","param":null,"receipt":null}}'

-- hex ----------------------------------------------------------------------------------------------------------------------------------------
local function unhex(s)
  if #s % 2 == 1 or find(s, '%X') then error('not hex') end
  return (s:gsub('%x%x', function(c) return char(tonumber(c, 16)) end))
end

-- protobuf -----------------------------------------------------------------------------------------------------------------------------------
local function varint(n)
  local s = ''
  while n >= 128 do s = s .. char(n % 128 + 128); n = floor(n / 128) end
  return s .. char(n)
end

-- the fields of SettleRequest in the order of settle.proto; the metadata has the same names
local FIELDS = {
  { 'request', 1 }, { 'attempt', 2 }, { 'hold', 3 }, { 'usage', 4 }, { 'status', 5 }, { 'local', 6 }, { 'content_type', 7 }, { 'model', 8 },
  { 'service_tier', 9 }, { 'provider_request_id', 10 }, { 'finish_reason', 11 }, { 'error_seen', 12 }, { 'streamed', 13 }, { 'released', 14 },
  { 'events', 15 }, { 'text_bytes', 16 }, { 'first_byte_ms', 17 }, { 'error_body', 18 }, { 'content_encoding', 19 }, { 'output_items', 20 },
  { 'retry_after', 21 },
}

local function encode(values)
  local out = {}
  for _, field in ipairs(FIELDS) do
    local v, key = values[field[1]], field[2] * 8
    if type(v) == 'string' then
      if v ~= '' then out[#out + 1] = varint(key + 2) .. varint(#v) .. v end
    elseif type(v) == 'boolean' then
      if v then out[#out + 1] = varint(key) .. '\1' end
    elseif v and v > 0 then
      out[#out + 1] = varint(key) .. varint(v)
    end
  end
  local m = concat(out)
  local n = #m
  return char(0, floor(n / 16777216) % 256, floor(n / 65536) % 256, floor(n / 256) % 256, n % 256) .. m
end

-- calls f(number, value) for every field of message s; errors when s is cut short
local function fields(s, f)
  local i, n = 1, #s
  local function int()
    local v, m = 0, 1
    while true do
      local c = byte(s, i)
      if not c then error('cut short') end
      i = i + 1
      v = v + (c % 128) * m
      if c < 128 then return v end
      m = m * 128
    end
  end
  while i <= n do
    local key = int()
    local number, wire = floor(key / 8), key % 8
    if wire == 0 then
      f(number, int())
    elseif wire == 2 then
      local len = int()
      if i + len - 1 > n then error('cut short') end
      f(number, sub(s, i, i + len - 1))
      i = i + len
    elseif wire == 1 then i = i + 8
    elseif wire == 5 then i = i + 4
    else error('wire type') end
  end
  if i ~= n + 1 then error('cut short') end
end

-- SettleReply out of one whole uncompressed gRPC frame
local function decode(b)
  if #b < 5 or byte(b, 1) ~= 0 then error('no frame') end
  local n = ((byte(b, 2) * 256 + byte(b, 3)) * 256 + byte(b, 4)) * 256 + byte(b, 5)
  if #b ~= n + 5 then error('cut short') end
  local r = { headers = {}, status = 0, body = '' }
  fields(sub(b, 6), function(number, v)
    if number == 1 then r.hold = v
    elseif number == 2 then r.next = v == 1
    elseif number == 3 then r.status = v
    elseif number == 4 then r.body = v
    elseif number == 5 then
      local name, value
      fields(v, function(k, x) if k == 1 then name = x elseif k == 2 then value = x end end)
      if name then r.headers[#r.headers + 1] = { name, value or '' } end
    end
  end)
  return r
end

-- JSON: only what is looked for is looked at; plain finds, so that a long answer costs little ---------------------------------------------------
-- index of the quote that closes the string opened at i
local function string_end(s, i)
  while true do
    i = find(s, '"', i + 1, true)
    if not i then return nil end
    local k = i - 1
    while byte(s, k) == 92 do k = k - 1 end
    if (i - k) % 2 == 1 then return i end
  end
end

local NOWHERE = math.huge

-- index of the bracket that closes the object or array opened at i
local function container_end(s, i)
  local depth, quote, o1, c1, o2, c2 = 1, 0, 0, 0, 0, 0
  while true do
    i = i + 1
    if quote < i then quote = find(s, '"', i, true) or NOWHERE end
    if o1 < i then o1 = find(s, '{', i, true) or NOWHERE end
    if c1 < i then c1 = find(s, '}', i, true) or NOWHERE end
    if o2 < i then o2 = find(s, '[', i, true) or NOWHERE end
    if c2 < i then c2 = find(s, ']', i, true) or NOWHERE end
    local opens, closes = o1 < o2 and o1 or o2, c1 < c2 and c1 or c2
    if quote < opens and quote < closes then
      i = string_end(s, quote)
      if not i then return nil end
    elseif opens < closes then
      depth = depth + 1
      i = opens
    elseif closes < NOWHERE then
      depth = depth - 1
      i = closes
      if depth == 0 then return i end
    else
      return nil
    end
  end
end

local function skip_space(s, i)
  local c = byte(s, i)
  while c == 32 or c == 10 or c == 13 or c == 9 do i = i + 1; c = byte(s, i) end
  return i, c
end

-- last index of the value that starts at i with byte c
local function value_end(s, i, c)
  if c == 34 then return string_end(s, i) end
  if c == 123 or c == 91 then return container_end(s, i) end
  local e = find(s, '[,%]}%s]', i)
  if e and e > i then return e - 1 end
end

-- calls f(key, from, to, first byte) for every member of the object at i
local function members(s, i, f)
  local c
  i, c = skip_space(s, i + 1)
  while c == 34 do
    local e = string_end(s, i)
    if not e then return end
    local key = sub(s, i + 1, e - 1)
    i, c = skip_space(s, e + 1)
    if c ~= 58 then return end
    i, c = skip_space(s, i + 1)
    e = c and value_end(s, i, c)
    if not e then return end
    f(key, i, e, c)
    i, c = skip_space(s, e + 1)
    if c ~= 44 then return end
    i, c = skip_space(s, i + 1)
  end
end

-- calls f(from, to, first byte) for every element of the array at i
local function elements(s, i, f)
  local c
  i, c = skip_space(s, i + 1)
  while c and c ~= 93 do
    local e = value_end(s, i, c)
    if not e then return end
    f(i, e, c)
    i, c = skip_space(s, e + 1)
    if c ~= 44 then return end
    i, c = skip_space(s, i + 1)
  end
end

local function utf8(u)
  if u < 0x80 then return char(u) end
  if u < 0x800 then return char(0xC0 + floor(u / 64), 0x80 + u % 64) end
  if u < 0x10000 then return char(0xE0 + floor(u / 4096), 0x80 + floor(u / 64) % 64, 0x80 + u % 64) end
  return char(0xF0 + floor(u / 262144), 0x80 + floor(u / 4096) % 64, 0x80 + floor(u / 64) % 64, 0x80 + u % 64)
end

local ESCAPES = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t' }

-- the text of a JSON string without its quotes; half of a surrogate pair becomes U+FFFD
local function unescape(s)
  local i, at = 1, find(s, '\\', 1, true)
  if not at then return s end
  local out = {}
  while at do
    out[#out + 1] = sub(s, i, at - 1)
    local c = sub(s, at + 1, at + 1)
    i = at + 2
    if c == 'u' then
      local u = tonumber(sub(s, i, i + 3), 16) or 0xFFFD
      i = i + 4
      if u >= 0xD800 and u < 0xDC00 and sub(s, i, i + 1) == '\\u' then
        local low = tonumber(sub(s, i + 2, i + 5), 16) or 0
        if low >= 0xDC00 and low < 0xE000 then
          u = 0x10000 + (u - 0xD800) * 1024 + low - 0xDC00
          i = i + 6
        end
      end
      if u >= 0xD800 and u < 0xE000 then u = 0xFFFD end
      out[#out + 1] = utf8(u)
    else
      out[#out + 1] = ESCAPES[c] or c
    end
    at = find(s, '\\', i, true)
  end
  out[#out + 1] = sub(s, i)
  return concat(out)
end

-- keys whose strings are generated text, wherever they stand inside `choices`
local TEXT = { content = true, text = true, reasoning_content = true, reasoning = true, thinking = true, refusal = true, arguments = true, partial_json = true }
local CALLS = { tool_calls = true, function_call = true, audio = true }
local MAX_DEPTH = 16 -- every level is looked through once more
local text_in_object

local function text_in_array(st, s, i, depth)
  elements(s, i, function(from, _, c)
    if c == 123 then text_in_object(st, s, from, depth + 1) elseif c == 91 and depth < MAX_DEPTH then text_in_array(st, s, from, depth + 1) end
  end)
end

text_in_object = function(st, s, i, depth)
  if depth > MAX_DEPTH then return end
  members(s, i, function(key, from, to, c)
    if c == 34 then
      if TEXT[key] and to > from + 1 then st.text = st.text + #unescape(sub(s, from + 1, to - 1)) end
    elseif key ~= 'logprobs' then -- it repeats the text
      if c == 123 or c == 91 then
        if CALLS[key] and to > from + 1 then st.calls = true end
        if c == 123 then text_in_object(st, s, from, depth + 1) else text_in_array(st, s, from, depth + 1) end
      end
    end
  end)
end

-- one element of `choices`: its text, its finish reason; true when it carries output
local function choice(st, s, i)
  local before, index, finish = st.text, '0', nil
  st.calls = false
  members(s, i, function(key, from, to, c)
    if key == 'index' then index = sub(s, from, to)
    elseif key == 'finish_reason' then if c == 34 then finish = unescape(sub(s, from + 1, to - 1)) end
    end
  end)
  text_in_object(st, s, i, 1)
  if finish then
    st.m.finish_reason = sub(finish, 1, MAX_HEADER)
    if not st.ended[index] then
      st.ended[index] = true
      st.endings = st.endings + 1
    end
  end
  return st.calls or st.text > before
end

-- the object at i, an event or a whole answer; returns whether it is a usage event: a usage object and no choice
local function answer(st, s, i)
  local m, usage, choices, items = st.m, false, false, 0
  members(s, i, function(key, from, to, c)
    if key == 'choices' then
      if c == 91 then
        elements(s, from, function(at, _, first)
          choices = true
          if first == 123 and choice(st, s, at) then items = items + 1 end
        end)
      end
    elseif key == 'usage' then
      if c == 123 and to - from < MAX_USAGE then m.usage = sub(s, from, to); usage = true end
    elseif key == 'error' then
      if c ~= 110 and c ~= 102 and sub(s, from, to) ~= '""' then m.error_seen = true end -- not null, false or empty
    elseif key == 'model' then
      if c == 34 and to - from > 1 then m.model = sub(unescape(sub(s, from + 1, to - 1)), 1, MAX_HEADER) end
    elseif key == 'service_tier' then
      if c == 34 then m.service_tier = sub(unescape(sub(s, from + 1, to - 1)), 1, MAX_HEADER) end
    elseif key == 'data' and not st.streamed then
      if c == 91 then elements(s, from, function(_, _, first) if first == 123 then items = items + 1 end end) end
    end
  end)
  m.text_bytes = st.text
  if not st.streamed then m.output_items = items end
  return usage and not choices
end

-- server-sent events -------------------------------------------------------------------------------------------------------------------------
-- the data of one event: its data lines joined by LF; nil when it has none
local function event_data(ev)
  local lines, i, n = nil, 1, #ev
  if sub(ev, 1, 3) == '\239\187\191' then i = 4 end
  while i <= n do
    local e = find(ev, '[\r\n]', i) or n + 1
    if e > i and sub(ev, i, i + 3) == 'data' then
      local c = byte(ev, i + 4)
      local value
      if c == 58 then value = sub(ev, byte(ev, i + 5) == 32 and i + 6 or i + 5, e - 1) elseif i + 4 == e then value = '' end
      if value then lines = lines or {}; lines[#lines + 1] = value end
    end
    i = e + 1 -- the LF of a CRLF makes an empty line here, which says nothing
  end
  return lines and concat(lines, '\n')
end

-- one whole event with its blank line; returns whether the client may see it
local function event(st, ev)
  local data = event_data(ev)
  if not data then return true end
  if data == '[DONE]' then st.due = true return true end
  st.m.events = st.m.events + 1
  local i, c = skip_space(data, 1)
  if c ~= 123 then return true end
  local usage_event = answer(st, data, i)
  if st.endings >= st.n then st.hold_back = true end
  if usage_event then
    if st.hold_back then st.due = true end
    return not st.strip
  end
  return true
end

-- index of the last byte of the event whose current line starts at `line`; else nil and where the line that is not whole yet starts.
-- st.mid: that line's first bytes are gone, so it is not blank; st.crlf: the line before it ended with CR LF
local function boundary(st, s, line, has_cr)
  while true do
    local e
    if has_cr then e = find(s, '[\r\n]', line) else e = find(s, '\n', line, true) end
    if not e then return nil, line end
    local blank, crlf = e == line and not st.mid, false
    if byte(s, e) == 13 then
      local after = byte(s, e + 1)
      if after == 10 then
        crlf = true
        e = e + 1
      elseif not after and (not blank or st.crlf) then
        return nil, line -- an LF may follow; a blank line waits for it only where lines end with CR LF
      end
    end
    if blank then return e end
    st.mid, st.crlf = false, crlf
    line = e + 1
  end
end

-- takes the bytes of a chunk, returns the bytes to let go
local function feed(st, data)
  local s, out, i, line = st.carry .. data, {}, 1, st.line
  local has_cr = find(s, '\r', 1, true) ~= nil
  while true do
    local e, resume = boundary(st, s, line, has_cr)
    if not e then st.line = resume - i + 1 break end
    local ev, show = sub(s, i, e), true
    if st.overlong then
      st.m.events = st.m.events + 1
      st.text = st.text + #ev
      st.overlong = false
    else
      show = event(st, ev)
    end
    if show then if st.hold_back then st.stash[#st.stash + 1] = ev; st.held = st.held + #ev else out[#out + 1] = ev end end
    i = e + 1
    line = i
  end
  st.carry = sub(s, i)
  if #st.carry > MAX_EVENT then -- let it go but for two bytes, enough to see its end
    local gone = sub(st.carry, 1, -3)
    st.text = st.text + #gone
    st.carry, st.line, st.mid, st.overlong = sub(st.carry, -2), 1, true, true
    if st.hold_back then st.stash[#st.stash + 1] = gone; st.held = st.held + #gone else out[#out + 1] = gone end
  end
  st.m.text_bytes = st.text
  if st.held > MAX_HELD then st.due = true end
  return concat(out)
end

-- settle -------------------------------------------------------------------------------------------------------------------------------------
-- writes all that is known where the journal finds it; the text of an error answer is no evidence and stays out
local function note(h, m)
  local copy = {}
  for k, v in pairs(m) do if k ~= 'error_body' and k ~= 'request' and k ~= 'attempt' and k ~= 'hold' and v ~= '' then copy[k] = v end end
  h:streamInfo():dynamicMetadata():set('exq', 'meter', copy)
end

-- the service's answer; nil when it gave none that is whole and about this attempt
local function settle(h, m)
  note(h, m)
  local called, hd, rb = pcall(h.httpCall, h, 'accounting', {
    [':method'] = 'POST', [':path'] = '/exchequer.v1.Accounting/Settle', [':authority'] = 'accounting',
    ['content-type'] = 'application/grpc', ['te'] = 'trailers' }, encode(m), m.streamed and SETTLE_STREAM_MS or SETTLE_MS, false)
  if not called or not hd or hd[':status'] ~= '200' or not rb then return nil end
  local ok, r = pcall(decode, rb)
  if ok and r.hold == m.hold then return r end
end

-- request ------------------------------------------------------------------------------------------------------------------------------------
-- the parts of s between commas
local function split(s)
  local parts, i = {}, 1
  while true do
    local e = find(s, ',', i, true)
    parts[#parts + 1] = sub(s, i, (e or 0) - 1)
    if not e then return parts end
    i = e + 1
  end
end

-- s with the edits `at:len:hex(expect):hex(text)` made; errors unless every one fits the bytes that are there
local function edited(s, edits)
  local list = {}
  for _, part in ipairs(split(edits)) do
    local at, len, expect, text = part:match('^(%d+):(%d+):(%x*):(%x*)$')
    if not at then error('an edit cannot be read') end
    list[#list + 1] = { at = tonumber(at), len = tonumber(len), expect = unhex(expect), text = unhex(text), order = #list }
  end
  table.sort(list, function(x, y) if x.at ~= y.at then return x.at < y.at end return x.order < y.order end)
  local out, i = {}, 0
  for _, e in ipairs(list) do
    if e.at < i or e.at + e.len > #s or sub(s, e.at + 1, e.at + e.len) ~= e.expect then error('an edit does not fit the body') end
    out[#out + 1] = sub(s, i + 1, e.at)
    out[#out + 1] = e.text
    i = e.at + e.len
  end
  out[#out + 1] = sub(s, i + 1)
  return concat(out)
end

local function on_request(h)
  local hd, md = h:headers(), h:streamInfo():dynamicMetadata()
  local hold = hd:get('x-exq-hold')
  if not hold then error('no hold') end
  local request, attempt = hold:match('^(.+)/(%d+)$')
  if not request then error('a hold cannot be read') end
  md:set('exq', 'request', request)
  md:set('exq', 'attempt', tonumber(attempt))
  md:set('exq', 'hold', hold)
  md:set('exq', 'mode', hd:get('x-exq-mode') or 'json,keep,1')
  local carried = hd:get('x-exq-answer')
  if carried and carried ~= '' then md:set('exq', 'answer', carried) end

  local first, total = tonumber(hd:get('x-exq-timeout') or '0'), tonumber(hd:get('x-exq-total') or '0')
  if first > 0 then hd:replace('x-envoy-upstream-rq-per-try-timeout-ms', tostring(first)) end
  if total > 0 then hd:replace('x-envoy-upstream-rq-timeout-ms', tostring(total)) end
  local path = hd:get('x-exq-path')
  if not path or path == '' then error('no path') end
  hd:replace(':path', path)

  local edits = hd:get('x-exq-edits') or ''
  local b = h:body(true)
  local n = b:length()
  if edits ~= '' then
    local s = edited(b:getBytes(0, n), edits)
    b:setBytes(s)
    n = #s
  end
  h:headers():replace('content-length', tostring(n))
  h:streamInfo():dynamicMetadata():set('exq', 'sent', h:timestamp())
end

-- response -----------------------------------------------------------------------------------------------------------------------------------
-- headers that the service wants on this answer: hex of `name: value\n` lines
local function carry(hd, hex)
  if not hex then return end
  for line in unhex(hex):gmatch('[^\n]+') do
    local name, value = line:match('^([^:]+): ?(.*)$')
    if name then hd:replace(name, value) end
  end
end

local function stream(h, st)
  local m, last = st.m, nil
  st.streamed, m.streamed, m.released = true, true, true
  for c in h:bodyChunks() do
    local data, before, stash = c:getBytes(0, c:length()), st.carry, #st.stash
    local ok, out = pcall(feed, st, data)
    if not ok then -- every byte that was kept back goes, and the rest passes unread
      c:setBytes(concat(st.stash, '', 1, stash) .. before .. data)
      error(out)
    end
    if st.due then
      c:setBytes(out .. concat(st.stash) .. st.carry)
      settle(h, m)
      return -- what follows ([DONE]) passes by itself
    end
    if out ~= data then c:setBytes(out) end
    note(h, m)
    last = c
  end
  -- the end came with the last chunk, which may still be written until the next yield
  if last and (#st.carry > 0 or #st.stash > 0) then last:setBytes(last:getBytes(0, last:length()) .. concat(st.stash) .. st.carry) end
  settle(h, m)
end

local function replace(h, status, body, headers)
  local hd = h:headers()
  if status > 0 then
    hd:replace(':status', tostring(status))
    -- what a provider says about trying again is not what the service says
    hd:remove('retry-after')
    hd:remove('retry-after-ms')
    hd:remove('x-should-retry')
  end
  if body ~= '' then
    hd:remove('content-encoding')
    hd:replace('content-length', tostring(#body))
    h:body(true):setBytes(body)
  end
  for _, nv in ipairs(headers) do hd:replace(nv[1], nv[2]) end
end

local function whole(h, st, carried)
  local m = st.m
  local ok2xx = m.status >= 200 and m.status < 300
  local b = h:body(true)
  local n = b:length()
  if n > MAX_ANSWER then
    m.content_encoding = 'x-exq-too-large' -- unreadable, by the same rule as an unknown encoding
  elseif n > 0 and not m['local'] and (not m.content_encoding or m.content_encoding == 'identity') then
    local s = b:getBytes(0, n)
    local i, c = skip_space(s, sub(s, 1, 3) == '\239\187\191' and 4 or 1)
    if c == 123 and not pcall(answer, st, s, i) then m.failed = true end
    if not ok2xx then
      m.error_seen = nil
      m.error_body = sub(s, 1, MAX_ERROR_BODY)
    end
  end
  local r = settle(h, m)
  if r then
    if r.next then h:headers():replace('x-exq-next', '1') end
    replace(h, r.status, r.body, r.headers)
  elseif ok2xx then
    pcall(carry, h:headers(), carried)
  else
    replace(h, 503, UNAVAILABLE, { { 'content-type', 'application/json' } })
  end
end

local function on_response(h, st)
  local hd = h:headers()
  local own = hd:get('x-exq-local')
  if own then hd:remove('x-exq-local') end
  if hd:get('x-exq-next') then hd:remove('x-exq-next') end
  local known = h:streamInfo():dynamicMetadata():get('exq')
  if not known or not known.hold then return end -- refused by the hold: nothing was sent, nothing to settle

  local function header(name) local v = hd:get(name) return v and v ~= '' and sub(v, 1, MAX_HEADER) or nil end
  local mode = known.mode or ''
  st.n, st.strip = tonumber(mode:match(',(%d+)$')) or 1, find(mode, ',strip,', 1, true) ~= nil
  local m = st.m
  m.request, m.attempt, m.hold, m.status = known.request, known.attempt, known.hold, tonumber(hd:get(':status')) or 0
  m['local'] = own and sub(own, 1, MAX_HEADER)
  m.content_type, m.content_encoding = header('content-type'), header('content-encoding')
  if m.content_encoding then m.content_encoding = m.content_encoding:lower() end
  m.provider_request_id = header('x-request-id') or header('openai-request-id') or header('request-id')
  if known.sent and not own then m.first_byte_ms = math.max(0, h:timestamp() - known.sent) end
  local wait = tonumber((header('retry-after') or ''):match('^%s*([%d.]+)%s*$'))
  if wait and wait < 1e9 then m.retry_after = math.ceil(wait) + 1 end
  note(h, m)

  local events = m.content_type and find(m.content_type:lower(), 'text/event-stream', 1, true)
  if events and m.status >= 200 and m.status < 300 and not own and hd:get('content-length') ~= '0'
      and (not m.content_encoding or m.content_encoding == 'identity') then
    m.events, m.text_bytes = 0, 0
    if not pcall(carry, hd, known.answer) then m.failed = true end
    stream(h, st)
  else
    whole(h, st, known.answer)
  end
end

function envoy_on_request(h)
  local ok, err = pcall(on_request, h)
  if not ok then
    h:logErr('meter request: ' .. tostring(err))
    h:respond({ [':status'] = '503', ['content-type'] = 'application/json' }, UNAVAILABLE)
  end
end

function envoy_on_response(h)
  local st = { m = {}, text = 0, endings = 0, ended = {}, carry = '', line = 1, stash = {}, held = 0, due = false, hold_back = false, mid = false, crlf = false }
  local ok, err = pcall(on_response, h, st)
  if not ok then
    h:logErr('meter response: ' .. tostring(err))
    st.m.failed = true
    pcall(note, h, st.m)
  end
end
