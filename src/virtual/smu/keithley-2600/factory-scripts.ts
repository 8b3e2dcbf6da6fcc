/**
 * The sweeps that come with the instrument, by the trigger model, into `nvbuffer1`; the caller looks at it when they end.
 *
 * @see 2600BS-901-01, KISweep factory script: SweepVLinMeasureI(smu, start, stop, stime, points) and its like
 */
export const factoryScripts = `
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
