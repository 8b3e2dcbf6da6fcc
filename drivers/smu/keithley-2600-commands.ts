import type { DriverSettings, SafeState } from "../entry.js";
import { lettersOf } from "./keithley-2600-plan.js";
import type { Letters, PulseSetup, SweepSetup } from "./keithley-2600-plan.js";
import type { SetBias } from "./bias-holder.js";

/** Digits of a number in a reply: six, which is the default, are too few for a time or a small change. */
const PRECISION = 10;
/** Digits of a level: the source has 16 bits. */
const LEVEL_DIGITS = 9;
/** Values in one statement of a list. */
const LIST_PART = 500;
/** Room beyond what is expected, so that readings too many are seen. */
const BUFFER_SLACK = 64;

const offModes = { normal: "OUTPUT_NORMAL", zero: "OUTPUT_ZERO", "high-impedance": "OUTPUT_HIGH_Z" } as const;

/** A number as it is sent: short where it can be, in a form that Lua reads. */
export function lua(value: number): string {
  return String(Number(value.toPrecision(LEVEL_DIGITS)));
}

/**
 * How one channel is made safe.
 *
 * `abort()` ends a sweep, and what is on the terminals then is not what `levelv` says: that is the level before the sweep.
 * So the level is set to what is measured there, before the way to zero begins (2600BS-901-01 says of abort only that it
 * changes no setting). A long series of readings must not be taken for it.
 */
function safeChannel(channel: number): SafeState {
  const { smu } = lettersOf("voltage", channel);
  const keep = (letter: "v" | "i") => `${smu}.source.level${letter}=${smu}.measure.${letter}()`;
  return {
    halt: [
      `${smu}.abort() if ${smu}.source.output==1 then ${smu}.measure.count=1 ` +
        `if ${smu}.source.func==1 then ${keep("v")} else ${keep("i")} end end`,
    ],
    ramps: (["v", "i"] as const).map((letter) => ({
      isOn: `print(${smu}.source.output)`,
      when: { question: `print(${smu}.source.func)`, matches: letter === "v" ? "^\\s*1" : "^\\s*0" },
      level: `print(${smu}.source.level${letter})`,
      set: `${smu}.source.level${letter}={level}`,
      unit: letter === "v" ? "V" : "A",
    })),
    off: [`${smu}.abort() ${smu}.source.output=0`],
    isOn: [`print(${smu}.source.output)`],
  };
}

/** Several channels made safe one after the other. */
export function safeChannels(channels: readonly number[]): SafeState {
  const each = channels.map(safeChannel);
  return {
    halt: each.flatMap(({ halt }) => halt),
    ramps: each.flatMap(({ ramps }) => ramps),
    off: each.flatMap(({ off }) => off),
    isOn: each.flatMap(({ isOn }) => isOn),
  };
}

interface SourceAsk extends Letters {
  readonly largest: number;
  readonly compliance: number;
  readonly wires: 2 | 4;
  readonly nplc: number;
}

/** What a sweep and a held level have in common, to be sent with the output off. Level at zero before the limit is changed. */
function sourceStatements(ask: SourceAsk, { offState }: DriverSettings): string[] {
  const { smu, source, limit } = ask;
  return [
    `${smu}.abort()`,
    `format.data=format.ASCII format.asciiprecision=${PRECISION}`,
    `${smu}.source.func=${smu}.${source === "v" ? "OUTPUT_DCVOLTS" : "OUTPUT_DCAMPS"}`,
    `${smu}.source.level${source}=0`,
    `${smu}.source.range${source}=${lua(ask.largest)}`,
    `${smu}.source.limit${limit}=${lua(ask.compliance)}`,
    ...(offState === undefined || offState === "guard" ? [] : [`${smu}.source.offmode=${smu}.${offModes[offState]}`]),
    `${smu}.sense=${smu}.${ask.wires === 4 ? "SENSE_REMOTE" : "SENSE_LOCAL"}`,
    `${smu}.measure.nplc=${lua(ask.nplc)}`,
    `${smu}.measure.count=1`,
    `${smu}.measure.filter.enable=0`,
    `${smu}.measure.rel.enablev=0 ${smu}.measure.rel.enablei=0`,
  ];
}

/** Everything a sweep relies on but its levels, and the buffers: current first, as `measure.iv` has it. */
export function sweepStatements(setup: SweepSetup, settings: DriverSettings): string[] {
  const { smu, own, limit, source, plan, measureRange, pulse } = setup;
  const room = setup.cyclesPerRun * plan.levels.length + setup.home.length + BUFFER_SLACK;
  const buffer = (name: string) =>
    `${own}.${name}=${smu}.makebuffer(${room}) ${own}.${name}.collecttimestamps=1 ${own}.${name}.appendmode=0`;
  return [
    ...sourceStatements({ ...setup, compliance: setup.steadyCompliance }, settings),
    `${smu}.source.delay=${lua(setup.delay_s)} ${smu}.measure.delay=0`,
    // Zero and reference are measured once a sweep, and not when the instrument finds it is time.
    `${smu}.measure.autozero=${smu}.AUTOZERO_ONCE`,
    measureRange === undefined
      ? `${smu}.measure.autorange${limit}=${smu}.AUTORANGE_ON`
      : `${smu}.measure.range${limit}=${lua(measureRange)}`,
    `${own}={}`,
    buffer("i"),
    buffer("v"),
    ...stages.map((stage) => `${smu}.trigger.${stage}.stimulus=0`),
    `${smu}.trigger.arm.count=1`,
    `${smu}.trigger.source.limit${limit}=${pulse ? lua(plan.compliance) : `${smu}.LIMIT_AUTO`}`,
    `${smu}.trigger.source.action=${smu}.ENABLE`,
    `${smu}.trigger.measure.iv(${own}.i,${own}.v)`,
    `${smu}.trigger.measure.action=${smu}.ENABLE`,
    `${smu}.trigger.endpulse.action=${smu}.${pulse ? "SOURCE_IDLE" : "SOURCE_HOLD"}`,
    `${smu}.trigger.endsweep.action=${smu}.SOURCE_IDLE`,
    ...(pulse ? timerStatements(setup, pulse) : []),
    ...levelStatements(setup),
    ...(setup.home.length === 0 ? [`${smu}.trigger.source.list${source}(${own}.l)`] : []),
  ];
}

const stages = ["arm", "source", "measure", "endpulse"] as const;

/** Each period begins a pulse; its measurement and its end follow. What a timer was told before, and whether it still runs, is forgotten. */
function timerStatements({ plan }: SweepSetup, { timers, measureDelay_s, width_s }: PulseSetup): string[] {
  const [period, measure, width] = timers.map((number) => `trigger.timer[${number}]`);
  return [
    `${period}.reset() ${period}.delay=${lua(plan.dwell_s)} ${period}.passthrough=true`,
    `${measure}.reset() ${measure}.delay=${lua(measureDelay_s)} ${measure}.count=1`,
    `${width}.reset() ${width}.delay=${lua(width_s)} ${width}.count=1`,
  ];
}

/** Timers begin what they time. One pulse has no period: a timer that still ran would miss the beginning of the next run. */
function pulseStatements({ smu }: SweepSetup, { timers }: PulseSetup, pulses: number): string {
  const [period, measure, width] = timers.map((number) => `trigger.timer[${number}]`);
  const armed = `${smu}.trigger.ARMED_EVENT_ID`;
  const begins = pulses === 1 ? armed : `${period}.EVENT_ID`;
  const counted = pulses === 1 ? `${period}.stimulus=0` : `${period}.count=${pulses - 1} ${period}.stimulus=${armed}`;
  return (
    `${counted} ${measure}.stimulus=${begins} ${width}.stimulus=${begins} ` +
    `${smu}.trigger.source.stimulus=${pulses === 1 ? 0 : begins} ` +
    `${smu}.trigger.measure.stimulus=${measure}.EVENT_ID ${smu}.trigger.endpulse.stimulus=${width}.EVENT_ID`
  );
}

/** Gives the timers back, after the last pulse. */
export function freeTimers({ timers }: PulseSetup): string {
  return timers.map((number) => `trigger.timer[${number}].stimulus=0`).join(" ");
}

/** Waits in the instrument until it lets the next pulse begin in time. */
export function rest({ rest_s }: PulseSetup): string {
  return rest_s === 0 ? "" : `delay(${lua(rest_s)}) `;
}

/** The levels of one cycle, as the table `l`. */
function levelStatements({ own, plan, ramp }: SweepSetup): string[] {
  if (ramp) {
    const last = ramp.points - 1;
    const step = `${own}.l[k+1]=${lua(ramp.start)}+${lua(ramp.stop - ramp.start)}*k/${last}`;
    const back = `for k=1,${last} do ${own}.l[${ramp.points}+k]=${own}.l[${ramp.points}-k] end`;
    return [`${own}.l={}`, `for k=0,${last} do ${step} end`, ...(ramp.dual ? [back] : [])];
  }
  const statements = [`${own}.l={}`];
  for (let at = 0; at < plan.levels.length; at += LIST_PART) {
    const part = plan.levels
      .slice(at, at + LIST_PART)
      .map(lua)
      .join(",");
    statements.push(`for k,x in ipairs({${part}}) do ${own}.l[${at}+k]=x end`);
  }
  return statements;
}

/**
 * What is told for one run: how many readings, and where the sweep does not end at zero its levels anew, with the way there.
 */
export function runStatements(setup: SweepSetup, cycles: number): string[] {
  const { smu, own, source, plan, home, pulse } = setup;
  const points = cycles * plan.levels.length + home.length;
  const count = `${smu}.trigger.count=${points}`;
  if (pulse) return [count, pulseStatements(setup, pulse, points)];
  if (home.length === 0) return [count];
  return [
    count,
    `local r,n={},0 for c=1,${cycles} do for k=1,${plan.levels.length} do n=n+1 r[n]=${own}.l[k] end end ` +
      `for k,x in ipairs({${home.map(lua).join(",")}}) do r[n+k]=x end ${smu}.trigger.source.list${source}(r)`,
  ];
}

/** Starts a run, and keeps when it began: runs that follow each other share this clock. */
export function startStatement({ smu, own }: SweepSetup): string {
  return (
    `${own}.b=${own}.b or timer.measure.t() ${own}.t=timer.measure.t()-${own}.b ` +
    `${smu}.source.output=${smu}.OUTPUT_ON ${smu}.trigger.initiate()`
  );
}

/** Everything a held level relies on. Ranges of the reading follow it, and so does its settling: it may be held for days. */
export function holdStatements(bias: SetBias, settings: DriverSettings): string[] {
  const letters = lettersOf(bias.drive, bias.channel);
  const { smu, limit, own } = letters;
  return [
    ...sourceStatements({ ...letters, ...bias, largest: Math.abs(bias.level), nplc: 1 }, settings),
    `${smu}.source.delay=0 ${smu}.measure.delay=${smu}.DELAY_AUTO`,
    `${smu}.measure.autozero=${smu}.AUTOZERO_AUTO`,
    `${smu}.measure.autorange${limit}=${smu}.AUTORANGE_ON`,
    `${own}={}`,
  ];
}

/** Statements in as few messages as they fit in; each is a chunk of its own. */
export function messagesOf(statements: readonly string[]): string[] {
  const messages: string[] = [];
  for (const statement of statements) {
    const last = messages.at(-1);
    const together = last !== undefined && last.length + 1 + statement.length <= MOST_CHARACTERS;
    if (together) messages[messages.length - 1] = `${last} ${statement}`;
    else messages.push(statement);
  }
  return messages;
}

/** Half of what the instrument is known to take in one line. */
const MOST_CHARACTERS = 16_000;
