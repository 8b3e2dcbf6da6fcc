import {
  ScpiError,
  booleanSetting,
  integer,
  keyword,
  numeric,
  property,
  raw,
  registerCommands,
  rest,
  takes,
} from "../../scpi/index.js";
import type { QueuedError, ScpiInstrument } from "../../scpi/index.js";
import { LINE_HZ } from "../smu.js";
import type { Sequencer } from "./sequencer.js";

/** `-113,"Undefined header"` */
export function formatError2400(entry: QueuedError | undefined): string {
  return entry === undefined ? '0,"No error"' : `${entry.code},"${entry.text}"`;
}

/** `:SYSTem`, `:STATus:MEASurement` and what only the front panel shows. */
export function systemCommands(scpi: ScpiInstrument, sequencer: Sequencer): void {
  const { tree, status } = scpi;
  registerCommands(scpi, ":STATus:MEASurement", sequencer.measurement);
  sequencer.measurement.changed = () => status.changed();
  status.deviceBits = () => (sequencer.measurement.summary ? 1 : 0);
  tree.command(
    ":STATus:PRESet",
    takes([], () => {
      for (const group of [status.operation, status.questionable, sequencer.measurement]) group.preset();
    }),
  );
  tree.command(
    "*CLS",
    takes([], () => {
      status.clear();
      sequencer.measurement.takeEvent();
      scpi.errors.clear();
    }),
  );
  tree.query(
    ":STATus:QUEue[:NEXT]",
    takes([], () => formatError2400(scpi.errors.takeError())),
  );
  tree.query(
    ":SYSTem:ERRor:CODE[:NEXT]",
    takes([], () => String(scpi.errors.takeError()?.code ?? 0)),
  );
  tree.command(
    ":SYSTem:CLEar",
    takes([], () => scpi.errors.clear()),
  );
  tree.command(
    ":SYSTem:PRESet",
    takes([], () => scpi.reset()),
  );
  // Kept and told; the mains here have one frequency, which is what the readings follow.
  const mains = { told_Hz: LINE_HZ, automatic: false };
  tree.command(
    ":SYSTem:LFRequency",
    takes([integer({ min: 50, max: 60 })], ([told_Hz]) => {
      if (told_Hz !== 50 && told_Hz !== 60) throw new ScpiError(-224);
      Object.assign(mains, { told_Hz, automatic: false });
    }),
  );
  tree.query(
    ":SYSTem:LFRequency",
    takes([], () => String(mains.automatic ? LINE_HZ : mains.told_Hz)),
  );
  booleanSetting(scpi, ":SYSTem:LFRequency:AUTO", property(mains, "automatic"));
  tree.command(
    ":SYSTem:BEEPer[:IMMediate]",
    takes([numeric("", { min: 65, max: 2e6 }), numeric("", { min: 0, max: 7.9 })], () => undefined),
  );
  const panel = { beeper: true, display: true };
  booleanSetting(scpi, ":SYSTem:BEEPer:STATe", property(panel, "beeper"));
  booleanSetting(scpi, ":DISPlay:ENABle", property(panel, "display"));
  for (const header of [":SYSTem:LOCal", ":SYSTem:RWLock", ":DISPlay:CNDisplay"]) {
    tree.command(
      header,
      takes([], () => undefined),
    );
  }
  tree.command(
    ":DISPlay[:WINDow<1-2>]:TEXT[:DATA]",
    takes([raw()], () => undefined),
  );
  tree.command(
    ":DISPlay[:WINDow<1-2>]:TEXT:STATe",
    takes([rest(raw())], () => undefined),
  );
  // The protocol is chosen at the front panel, and it is SCPI there.
  tree.query(
    ":SYSTem:MEP:STATe",
    takes([], () => true),
  );
  tree.command(
    ":FORMat:SREGister",
    takes([keyword("ASCii", "HEXadecimal", "OCTal", "BINary")], () => undefined),
  );
}
