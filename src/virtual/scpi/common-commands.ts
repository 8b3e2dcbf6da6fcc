import type { ScpiInstrument } from "./instrument.js";
import { integer, numeric } from "./parameters.js";
import type { RegisterGroup } from "./status.js";
import { Indefinite, takes } from "./tree.js";

const byte = integer({ min: 0, max: 255 });

/** The common commands of IEEE 488.2 and the parts of SCPI that every instrument has. */
export function commonCommands(instrument: ScpiInstrument): void {
  const { tree, status, operations, dialect } = instrument;
  let powerOnClear = true;
  let opcTicket = 0;
  tree.query(
    "*IDN",
    takes([], () => new Indefinite(dialect.identity)),
  );
  tree.query(
    "*OPT",
    takes([], () => new Indefinite(dialect.options ?? "0")),
  );
  tree.query(
    "*TST",
    takes([], () => "0"),
  );
  tree.query(
    "*STB",
    takes([], () => String(instrument.statusByte())),
  );
  tree.query(
    "*ESR",
    takes([], () => String(status.takeEsr())),
  );
  tree.query(
    "*ESE",
    takes([], () => String(status.ese)),
  );
  tree.query(
    "*SRE",
    takes([], () => String(status.sre)),
  );
  tree.query(
    "*PSC",
    takes([], () => powerOnClear),
  );
  tree.command(
    "*ESE",
    takes([byte], ([bits]) => void (status.ese = bits)),
  );
  tree.command(
    "*SRE",
    takes([byte], ([bits]) => void (status.sre = bits)),
  );
  tree.command(
    "*PSC",
    takes([numeric()], ([flag]) => void (powerOnClear = Math.round(flag) !== 0)),
  );
  tree.command(
    "*RST",
    takes([], () => {
      opcTicket++; // a pending *OPC is given up
      instrument.reset();
    }),
  );
  tree.command(
    "*TRG",
    takes([], () => instrument.trigger()),
  );
  tree.command(
    "*CLS",
    takes([], () => {
      opcTicket++;
      status.clear();
      instrument.errors.clear();
    }),
  );
  tree.command(
    "*OPC",
    takes([], () => {
      const ticket = ++opcTicket;
      const done = () => {
        if (ticket === opcTicket) status.setEvent(1);
      };
      if (!operations.pending) done();
      else void operations.idle(new AbortController().signal).then(done);
    }),
  );
  tree.query(
    "*OPC",
    takes([], async (_, call) => {
      await operations.idle(call.signal);
      return "1";
    }),
  );
  tree.command(
    "*WAI",
    takes([], (_, call) => (operations.pending ? operations.idle(call.signal) : undefined)),
  );
  registerCommands(instrument, ":STATus:OPERation", status.operation);
  registerCommands(instrument, ":STATus:QUEStionable", status.questionable);
  tree.command(
    ":STATus:PRESet",
    takes([], () => {
      status.operation.preset();
      status.questionable.preset();
    }),
  );
  tree.query(
    ":SYSTem:ERRor[:NEXT]",
    takes([], () => dialect.formatError(instrument.errors.takeError())),
  );
  tree.query(
    ":SYSTem:ERRor:COUNt",
    takes([], () => String(instrument.errors.errorCount)),
  );
  tree.query(
    ":SYSTem:VERSion",
    takes([], () => "1999.0"),
  );
}

/** The commands of one register group below `root`. */
export function registerCommands(instrument: ScpiInstrument, root: string, group: RegisterGroup): void {
  const word = integer({ min: 0, max: 65535 });
  const { tree } = instrument;
  tree.query(
    `${root}[:EVENt]`,
    takes([], () => String(group.takeEvent())),
  );
  tree.query(
    `${root}:CONDition`,
    takes([], () => String(group.condition)),
  );
  tree.query(
    `${root}:ENABle`,
    takes([], () => String(group.enable)),
  );
  tree.command(
    `${root}:ENABle`,
    takes([word], ([bits]) => void (group.enable = bits)),
  );
  tree.query(
    `${root}:PTRansition`,
    takes([], () => String(group.positiveTransition)),
  );
  tree.command(
    `${root}:PTRansition`,
    takes([word], ([bits]) => void (group.positiveTransition = bits)),
  );
  tree.query(
    `${root}:NTRansition`,
    takes([], () => String(group.negativeTransition)),
  );
  tree.command(
    `${root}:NTRansition`,
    takes([word], ([bits]) => void (group.negativeTransition = bits)),
  );
}
