import { block, ScpiInstrument, string, takes, untilWoken } from "../../src/virtual/scpi/index.js";

/** An instrument to try links on: keeps a block and gives it back, and answers late or never. */
export interface TransportInstrument {
  readonly scpi: ScpiInstrument;
  /** What `:DATA` brought last. */
  data(): Uint8Array;
  /** Lets every `:LATE?` that waits answer. */
  answerLate(): void;
  /** Times the instrument was triggered. */
  triggers(): number;
}

export const IDENTITY = "MEMRIG,LINK TESTER,1,1.0";

export function transportInstrument(inputLimit_bytes = 256 * 1024 * 1024): TransportInstrument {
  const scpi = new ScpiInstrument({
    identity: IDENTITY,
    queueDepth: 20,
    formatError: (entry) => (entry ? `${entry.code},"${entry.text}"` : '0,"No error"'),
    formatNumber: String,
    inputLimit_bytes,
  });
  let data: Uint8Array = new Uint8Array(0);
  let triggers = 0;
  const late = new Set<() => void>();
  scpi.onTrigger(() => void triggers++);
  scpi.tree.command(
    ":DATA",
    takes([block()], ([bytes]) => void (data = Uint8Array.from(bytes))),
  );
  scpi.tree.query(
    ":DATA",
    takes([], () => {
      const length = String(data.length);
      return Buffer.concat([Buffer.from(`#${length.length}${length}`), data]);
    }),
  );
  scpi.tree.query(
    ":ECHO",
    takes([string()], ([text]) => text),
  );
  scpi.tree.query(
    ":LATE",
    takes([], async (_, { signal }) => {
      await untilWoken(signal, (wake) => {
        late.add(wake);
        return () => late.delete(wake);
      });
      return "late";
    }),
  );
  return {
    scpi,
    data: () => data,
    answerLate: () => {
      for (const wake of [...late]) wake();
    },
    triggers: () => triggers,
  };
}
