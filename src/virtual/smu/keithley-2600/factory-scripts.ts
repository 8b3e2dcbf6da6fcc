/**
 * The pulse tests that come with the instrument: configured under a number, then run, which takes as long as the pulses do. What is
 * wrong is told by what they return, and not by the error queue. Pulses are timed as in Keithley's examples for the series, and
 * measured 60 µs before their end. The sentences of conditions are those that users of the real one report; those of width and duty
 * are of our own.
 *
 * @see 2600BS-901-01, KIPulse factory script: ConfigPulseVMeasureI(smu, bias, level, limit, ton, toff, points, buffer, tag), its
 *   like, and InitiatePulseTest(tag)
 */
const pulseScripts = `
local tests = {}
local function config(volts, shape)
  return function(smu, bias, start, stop, limit, ton, toff, points, buffer, tag)
    if type(tag) ~= "number" then return false, "Pulse tag must be a number" end
    if buffer and points > 1 and buffer.appendmode ~= 1 then
      return false, "Buffer must have appendmode activated to measure multiple pulses"
    end
    if ton < 100e-6 then return false, "Pulse width too short" end
    local largest = math.max(math.abs(start), math.abs(stop))
    if toff <= 0 or not smu["pulse fits"](volts, largest, limit, ton, toff) then
      return false, "Pulse width or duty cycle beyond the operating area"
    end
    tests[tag] = { smu = smu, volts = volts, shape = shape, bias = bias, start = start, stop = stop, limit = limit,
      ton = ton, toff = toff, points = points, buffer = buffer }
    return true, "Pulse " .. tag .. " configured."
  end
end
local function refused(test)
  local smu, source, measure = test.smu, test.smu.source, test.smu.measure
  local own = test.volts and measure.autorangei or measure.autorangev
  if source.autorangev == 1 or source.autorangei == 1 then return "Source autorange must be disabled" end
  if own == 1 then return "Measure autorange must be disabled" end
  if measure.nplc / localnode.linefreq > test.ton then return "Measurement aperture greater than pulse width" end
  if measure.autozero == 2 then return "Measure autozero must be off" end
  if source.output ~= 1 then return "Output must be on" end
end
local function start(test, first)
  local smu, trig = test.smu, test.smu.trigger
  local letter, measured = test.volts and "v" or "i", test.volts and "i" or "v"
  local period, measure, width = trigger.timer[first], trigger.timer[first + 1], trigger.timer[first + 2]
  smu.source.func = test.volts and 1 or 0
  smu.source["level" .. letter] = test.bias
  smu.source.delay = 0
  smu.measure.delay = 0
  trig.source["limit" .. measured] = test.limit
  if test.shape == "log" then trig.source["log" .. letter](test.start, test.stop, test.points, 0)
  else trig.source["linear" .. letter](test.start, test.stop, test.points) end
  for _, timer in ipairs({ period, measure, width }) do timer.reset() end
  period.delay = test.ton + test.toff
  period.passthrough = true
  measure.delay = math.max(0, test.ton - smu.measure.nplc / localnode.linefreq - 60e-6)
  width.delay = test.ton
  if test.points > 1 then
    period.count = test.points - 1
    period.stimulus = trig.ARMED_EVENT_ID
    trig.source.stimulus = period.EVENT_ID
  else
    trig.source.stimulus = 0
  end
  local begins = test.points > 1 and period.EVENT_ID or trig.ARMED_EVENT_ID
  measure.stimulus = begins
  width.stimulus = begins
  trig.arm.stimulus = 0
  trig.measure.stimulus = measure.EVENT_ID
  trig.endpulse.stimulus = width.EVENT_ID
  trig.source.action = 1
  if test.buffer then trig.measure[measured](test.buffer) end
  trig.measure.action = test.buffer and 1 or 0
  trig.endpulse.action = 0
  trig.endsweep.action = 0
  trig.count = test.points
  trig.arm.count = 1
  trig.initiate()
end
local function run(...)
  for _, tag in ipairs({ ... }) do
    if not tests[tag] then return false, "Pulse " .. tostring(tag) .. " not configured" end
    local why = refused(tests[tag])
    if why then return false, why end
  end
  for place, tag in ipairs({ ... }) do start(tests[tag], 3 * place - 2) end
  waitcomplete()
  return true, "Pulse completed"
end
for _, name in ipairs({ "VMeasureI", "IMeasureV" }) do
  local volts = name == "VMeasureI"
  local plain = config(volts, "lin")
  _G["ConfigPulse" .. name] = function(smu, bias, level, ...) return plain(smu, bias, level, level, ...) end
  _G["ConfigPulse" .. name .. "SweepLin"] = config(volts, "lin")
  _G["ConfigPulse" .. name .. "SweepLog"] = config(volts, "log")
end
InitiatePulseTest = function(tag) return run(tag) end
InitiatePulseTestDual = function(one, other) return run(one, other) end
`;

/**
 * The sweeps that come with the instrument, by the trigger model, into `nvbuffer1`; the caller looks at it when they end.
 *
 * @see 2600BS-901-01, KISweep factory script: SweepVLinMeasureI(smu, start, stop, stime, points) and its like
 */
const sweepScripts = `
local function sweep(smu, volts, stime, points, levels)
  local letter, measured = volts and "v" or "i", volts and "i" or "v"
  smu.source.func = volts and 1 or 0
  smu.nvbuffer1.clear()
  smu.nvbuffer1.collecttimestamps = 1
  smu.nvbuffer1.collectsourcevalues = 1
  smu.source.delay = stime
  levels(smu.trigger.source, letter)
  smu.trigger.source.action = 1
  smu.trigger.measure[measured](smu.nvbuffer1)
  smu.trigger.measure.action = 1
  smu.trigger.count = points
  smu.trigger.arm.count = 1
  smu.trigger.endsweep.action = 0
  smu.source.output = 1
  smu.trigger.initiate()
  waitcomplete()
  smu.source.output = 0
end
local function family(volts, name)
  _G["Sweep" .. name.source .. "LinMeasure" .. name.measured] = function(smu, start, stop, stime, points)
    sweep(smu, volts, stime, points, function(source, letter) source["linear" .. letter](start, stop, points) end)
  end
  _G["Sweep" .. name.source .. "LogMeasure" .. name.measured] = function(smu, start, stop, stime, points)
    sweep(smu, volts, stime, points, function(source, letter) source["log" .. letter](start, stop, points, 0) end)
  end
  _G["Sweep" .. name.source .. "ListMeasure" .. name.measured] = function(smu, list, stime, points)
    sweep(smu, volts, stime, points, function(source, letter) source["list" .. letter](list) end)
  end
end
family(true, { source = "V", measured = "I" })
family(false, { source = "I", measured = "V" })
`;

export const factoryScripts = sweepScripts + pulseScripts;
