import { boolean, integer, keyword, numeric, takes } from "../../scpi/index.js";
import { leastPoints } from "./mso.js";
import type { Mso } from "./mso.js";
import { olderAcquireCommands } from "./older-acquire-commands.js";

/** Time base, FastFrame, acquisition and run control. */
export function acquireCommands(mso: Mso): void {
  positionCommands(mso);
  if (mso.model.older) olderAcquireCommands(mso, mso.model.older);
  else newerAcquireCommands(mso);
  const { scope, scpi } = mso;
  const types = { SAM: "NORM", AVE: "AVER", HIR: "HRES", PEAK: "PEAK", ENV: "PEAK" } as const;
  const words = { NORM: "SAMPLE", AVER: "AVERAGE", HRES: "HIRES", PEAK: "PEAKDETECT" };
  // Simulated as peak detection of one record.
  let envelope = false;
  mso.setting("ACQuire:MODe", keyword("SAMple", "AVErage", "HIRes", "PEAKdetect", "ENVelope"), {
    get: () => (envelope && scope.settings.type === "PEAK" ? "ENVELOPE" : words[scope.settings.type]),
    set: (word) => {
      envelope = word === "ENV";
      scope.settings.type = types[word as keyof typeof types];
    },
  });
  mso.setting("ACQuire:STOPAfter", keyword("RUNSTop", "SEQuence"), {
    get: () => (mso.state.sequence ? "SEQUENCE" : "RUNSTOP"),
    set: (word) => (mso.state.sequence = word === "SEQ"),
  });
  scpi.tree.command(
    "ACQuire:STATE",
    takes([keyword("RUN", "ON", "STOP", "OFF", "1", "0")], ([word]) => setRunning(mso, /RUN|ON|1/.test(word))),
  );
  mso.answer("ACQuire:STATE", () => scope.running);
  mso.answer("ACQuire:NUMACq", () => {
    const records = (scope.acquisition.active ? scope.acquisition : scope.held)?.records.length ?? 0;
    return String(scope.settings.segments > 1 ? Number(records >= scope.settings.segments) : records);
  });
  mso.answer("BUSY", () => scope.running && mso.state.sequence);
  mso.answer("TRIGger:STATE", () => {
    if (!scope.running) return "SAVE";
    if (scope.settings.trigger.auto) return "AUTO";
    return scope.acquisition.waiting ? "READY" : scope.acquisition.records.length > 0 ? "TRIGGER" : "ARMED";
  });
  scpi.tree.command(
    "TRIGger",
    takes([keyword("FORCe")], () => void scope.acquisition.force()),
  );
}

/** A single sequence is an operation that *OPC? waits for. */
function setRunning(mso: Mso, on: boolean): void {
  const { scope, scpi, state } = mso;
  if (!on) {
    scope.stop();
    return;
  }
  if (!state.sequence) {
    scope.run();
    return;
  }
  const ended = scpi.operations.begin();
  scope.single();
  const tell = scope.onState;
  scope.onState = () => {
    tell();
    if (scope.running) return;
    scope.onState = tell;
    ended();
  };
  if (!scope.running) scope.onState();
}

function newerAcquireCommands(mso: Mso): void {
  const { scope } = mso;
  horizontalCommands(mso);
  fastFrameCommands(mso);
  mso.setting("ACQuire:NUMAVg", integer({ min: 2, max: 10_240 }), {
    get: () => String(scope.settings.averages),
    set: (value) => (scope.settings.averages = value),
  });
  mso.answer("ACQuire:NUMFRAMESACQuired", () => {
    return String((scope.acquisition.active ? scope.acquisition : scope.held)?.records.length ?? 0);
  });
}

function horizontalCommands(mso: Mso): void {
  const h = () => mso.state.horizontal;
  const most = () => mso.model.memory_Sa;
  /** AUTO: as fast as it goes with a record of at most a million. */
  const follow = () => {
    const { manual, scale_s } = h();
    const window_s = 10 * scale_s;
    if (!manual) h().rate_Sa_per_s = mso.rateNear(Math.min(mso.model.rateMax_Sa_per_s, 1e6 / window_s));
    h().record = Math.min(most(), Math.max(leastPoints, Math.round(window_s * h().rate_Sa_per_s)));
    mso.divide();
  };
  mso.setting("HORizontal:MODe", keyword("AUTO", "MANual"), {
    get: () => (h().manual ? "MANUAL" : "AUTO"),
    set: (word) => (h().manual = word === "MAN"),
  });
  mso.setting("HORizontal:SCAle", numeric("S", { min: 100e-12, max: 1000 }), {
    get: () => h().record / h().rate_Sa_per_s / 10,
    set: (value) => {
      h().scale_s = value;
      follow();
    },
  });
  for (const pattern of ["HORizontal:RECOrdlength", "HORizontal:MODe:RECOrdlength"]) {
    mso.setting(pattern, integer({}), {
      get: () => String(h().record),
      set: (value) => {
        h().record = Math.min(most(), Math.max(leastPoints, value));
        mso.divide();
      },
    });
  }
  for (const pattern of ["HORizontal:SAMPLERate", "HORizontal:MODe:SAMPLERate"]) {
    mso.setting(pattern, numeric("HZ", {}), {
      get: () => h().rate_Sa_per_s,
      set: (value) => {
        h().rate_Sa_per_s = mso.rateNear(value);
        mso.divide();
      },
    });
  }
}

function positionCommands(mso: Mso): void {
  const h = () => mso.state.horizontal;
  mso.setting("HORizontal:POSition", numeric("PCT", { min: 0, max: 100 }), {
    get: () => h().position_percent,
    set: (value) => (h().position_percent = value),
  });
  mso.setting("HORizontal:DELay:MODe", boolean(), { get: () => h().delayed, set: (on) => (h().delayed = on) });
  mso.setting("HORizontal:DELay:TIMe", numeric("S", { min: -500, max: 500 }), {
    get: () => h().delay_s,
    set: (value) => (h().delay_s = value),
  });
}

function fastFrameCommands(mso: Mso): void {
  const { scope } = mso;
  const frames = () => mso.state.fastFrame;
  mso.setting("HORizontal:FASTframe:STATE", boolean(), {
    get: () => frames().on,
    set: (on) => {
      frames().on = on;
      mso.divide();
    },
  });
  mso.setting("HORizontal:FASTframe:COUNt", integer({ min: 1 }), {
    get: () => String(frames().count),
    set: (value) => {
      frames().count = value; // clipped to what fits, without a word
      mso.divide();
    },
  });
  mso.answer("HORizontal:FASTframe:MAXFRames", () => String(mso.mostFrames));
  mso.asks("HORizontal:FASTframe:TIMEStamp:ALL:CH<1-8>", [integer({ min: 1 }), integer({ min: 1 })], ([from, to]) => {
    const records = scope.held?.records.slice(from - 1, to) ?? [];
    return `"${records.map(({ trigger_s }, index) => `${from + index}: ${moment(trigger_s)}`).join(",")}"`;
  });
}

/** Lab time as the scope's clock shows it, to the picosecond: `22 Nov 2026 16:18:10.045 867 346 000`. */
function moment(time_s: number): string {
  const whole = Math.floor(time_s);
  const date = new Date(Date.UTC(2026, 0, 1) + whole * 1000).toUTCString(); // "Thu, 01 Jan 2026 00:00:00 GMT"
  const ps = String(Math.min(999_999_999_999, Math.round((time_s - whole) * 1e12))).padStart(12, "0");
  const [, day, month, year, clock] = date.split(" ");
  return `${day} ${month} ${year} ${clock}.${ps.slice(0, 3)} ${ps.slice(3, 6)} ${ps.slice(6, 9)} ${ps.slice(9)}`;
}
