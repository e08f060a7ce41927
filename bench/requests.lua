-- wrk's side of bench/load.py: sends prepared requests one after the other, each once, and tells the outcome as JSON.
-- The file holds every request behind its length (4 bytes, big end first); wrk -s requests.lua URL -- FILE

local requests, at, status_errors = {}, 0, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local data = file:read("*a")
  file:close()
  local place = 1
  while place <= #data do
    local a, b, c, d = data:byte(place, place + 3)
    local size = ((a * 256 + b) * 256 + c) * 256 + d
    requests[#requests + 1] = data:sub(place + 4, place + 3 + size)
    place = place + 4 + size
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local told = '{"requests": %d, "seconds": %f, "refused": %d, "lost": %d, "p50_ms": %f, "p99_ms": %f}\n'
  local errors = summary.errors
  io.write(string.format(told, summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
