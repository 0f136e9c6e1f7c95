-- The load of all HTTP rows, the same for whoever answers: JSON in, JSON out, connections kept alive.
--
--   wrk … -s load.lua URL -- KIND TENANTS DEPTH [TOKEN]
--
-- KIND     insert, read, mixed (nine reads to one insert), hrana (reads as a libSQL driver sends them), or the whole
--          table as a stream: rows (NDJSON), cursor (Hrana's)
-- TENANTS  1: all to the tenant "bench"; else spread over "bench-0" and so on
-- DEPTH    requests that a connection sends in one go, before it waits for their answers; for hrana those of
--          one pipeline, which is one HTTP request
-- The requests are made before the clock starts, so that making them costs the other side nothing.

local ROWS = 100000
local PREPARED = 2000

local prepared = {}
local next_one = 0

local function insert(i)
  return string.format(
    '{"sql":"INSERT INTO t (v) VALUES (?)","params":["value-%08d-abcdefghijklmnopqrstuvwxyz0123456789"]}', i)
end

local function read(i)
  return string.format('{"sql":"SELECT v FROM p WHERE id = ?","params":[%d]}', i * 7919 % ROWS + 1)
end

local function body(kind, i)
  if kind == "insert" or (kind == "mixed" and i % 10 == 0) then
    return insert(i)
  end
  return read(i)
end

local function hrana(first, depth)
  local requests = {}
  for i = 1, depth do
    requests[i] = string.format(
      '{"type":"execute","stmt":{"sql":"SELECT v FROM p WHERE id = ?","args":[{"type":"integer","value":"%d"}]}}',
      (first + i) * 7919 % ROWS + 1)
  end
  return '{"requests":[' .. table.concat(requests, ",") .. ',{"type":"close"}]}'
end

local STREAMED = "SELECT id, v FROM p"

-- Path, further header and body of what is not a plain request.
local function special(kind, number, depth)
  if kind == "hrana" then
    return "/v2/pipeline", nil, hrana(number, depth)
  elseif kind == "rows" then
    return "/query", "application/x-ndjson", '{"sql":"' .. STREAMED .. '"}'
  elseif kind == "cursor" then
    return "/v3/cursor", nil, '{"batch":{"steps":[{"stmt":{"sql":"' .. STREAMED .. '"}}]}}'
  end
end

function init(args)
  local kind, tenants, depth, token = args[1], tonumber(args[2]), tonumber(args[3]), args[4]
  local headers = { ["Content-Type"] = "application/json" }
  if token then
    headers["Authorization"] = "Bearer " .. token
  end
  math.randomseed(os.time())
  local first = math.random(0, 1000000)
  for i = 1, PREPARED do
    local several = {}
    local number = first + i * depth
    local function url(path)
      local tenant = tenants == 1 and "bench" or "bench-" .. math.random(0, tenants - 1)
      return "/db/" .. tenant .. path
    end
    local path, accept, whole = special(kind, number, depth)
    if path then
      headers["Accept"] = accept
      several[1] = wrk.format("POST", url(path), headers, whole)
    else
      for j = 1, depth do
        several[j] = wrk.format("POST", url("/query"), headers, body(kind, number + j))
      end
    end
    prepared[i] = table.concat(several)
  end
end

function request()
  next_one = next_one % PREPARED + 1
  return prepared[next_one]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d %d\n",
    summary.requests, summary.duration,
    errors.status, errors.connect, errors.read, errors.write, errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
