-- Asks for each path of a file in turn, from one that is left to chance: a load that is short comes to others each time.
-- Says when it is about to begin, and in one line of JSON what came of it.
local requests, at = {}, 0

-- wrk knows them, but does not tell; an argument would come to `init`, which has another Lua state than `done`.
local connections = assert(tonumber(os.getenv("CONNECTIONS")), "CONNECTIONS is to say how many there are")

function init(args)
  for path in io.lines(args[1]) do requests[#requests + 1] = wrk.format("GET", path) end
  math.randomseed(os.time())
  at = math.random(#requests)
  io.stderr:write("ready\n")
end

function request()
  at = at % #requests + 1
  return requests[at]
end

-- The microseconds of each answer that came: how many took how many, and in order, how many there were.
--
-- wrk expects a connection to be answered so often, one answer after another, and adds to each that took more than twice as long
-- those that its connection would have waited for if it had asked on meanwhile: one that took so much less, one that took
-- twice so much less, and so on (`stats_correct` of wrk 4.1). Connections that ask when they have been answered do not ask
-- meanwhile: what was added is taken away again, that of the slowest first, to which nothing was added.
local function measured(summary, latency)
  local expected = math.floor(summary.duration / math.floor(summary.requests / connections))
  local counts, took, total = {}, {}, 0
  for i = 1, #latency do
    local microseconds, count = latency(i)
    counts[microseconds], took[i] = count, microseconds
  end
  for i = #took, 1, -1 do
    local count = counts[took[i]]
    if count > 0 then
      for added = took[i] - expected, expected + 1, -expected do
        if (counts[added] or 0) < count then error("this wrk corrects what it measures in another way than 4.1") end
        counts[added] = counts[added] - count
      end
    end
    total = total + count
  end
  return counts, took, total
end

-- Milliseconds that so many of the answers, 0 to 1, took at most.
local function percentile(share, counts, took, total)
  local seen = 0
  for _, microseconds in ipairs(took) do
    seen = seen + counts[microseconds]
    if seen >= share * total then return microseconds / 1e3 end
  end
  return 0
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local counts, took, timed = measured(summary, latency)
  io.write(string.format(
    '\nLOAD {"answers":%d,"rate":%f,"p50":%f,"p99":%f,"corrected":%f,"timed":%d,"failed":%d}\n',
    summary.requests,
    summary.requests / summary.duration * 1e6,
    percentile(0.5, counts, took, timed),
    percentile(0.99, counts, took, timed),
    latency:percentile(99) / 1e3,
    timed,
    failed
  ))
end
