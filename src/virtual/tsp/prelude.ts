/**
 * What is Lua in a TSP instrument, run once before anybody talks to it: the functions of Lua 5.0 that 5.3 has under other
 * names or not at all; what reaches out of the instrument is taken away; scripts; and the front panel, of which nothing is seen.
 */
export const prelude = `
local load, setmetatable, format, type, tostring_ = load, setmetatable, string.format, type, tostring
io, package, require, dofile, loadfile, debug, coroutine, utf8, _G.load = nil
os = { time = os.time, clock = os.clock, date = os.date, difftime = os.difftime }
table.getn = function(t) return #t end
table.setn = function() end
table.foreach = function(t, f) for k, v in pairs(t) do local r = f(k, v) if r ~= nil then return r end end end
table.foreachi = function(t, f) for k, v in ipairs(t) do local r = f(k, v) if r ~= nil then return r end end end
string.gfind = string.gmatch
math.mod = math.fmod
math.pow = function(x, y) return x ^ y end
math.log10 = function(x) return math.log(x, 10) end
math.ldexp = function(m, e) return m * 2 ^ e end
unpack = table.unpack
loadstring = function(text, name) return load(text, name, "t") end
collectgarbage = function() return 0 end
gcinfo = function() return 0, 0 end
tostring = function(v) if type(v) == "number" then return format("%.14g", v) end return tostring_(v) end

script = {}
function script.new(source, name)
  local run, fault = load(source, "=chunk", "t")
  if not run then error(fault, 0) end
  local made = setmetatable({ run = run, source = source, name = name or "", save = function() end },
    { __call = function(self, ...) return run(...) end })
  if name and name ~= "" then _G[name] = made else script.anonymous = made end
  return made
end
function script.delete(name) _G[name] = nil end
script.user = { scripts = {}, catalog = function() return next, {}, nil end }
function run() return script.anonymous.run() end

local function unseen()
  return setmetatable({}, { __index = function() return unseen() end, __call = function() end })
end
display, beeper, digio, lan, tsplink, eventlog = unseen(), unseen(), unseen(), unseen(), unseen(), unseen()
`;
