import path from "node:path";

/** An instrument of a bench file that is being written. */
export interface TemplateInstrument {
  readonly driver: string;
  /** Of the driver: what it can be wired as. */
  readonly kind: string;
  readonly resource: string;
  readonly model?: string;
  /** Who it says it is. */
  readonly idn?: string;
  /** Other names that lead to it. */
  readonly others: readonly string[];
}

/** Something that was found and can not be used. */
export interface TemplateRest {
  readonly what: string;
  readonly why: string;
}

export interface Template {
  readonly file: string;
  readonly instruments: readonly TemplateInstrument[];
  readonly rest: readonly TemplateRest[];
  /** How it came about: "from what was found". */
  readonly origin: string;
}

/** Few devices are hurt by these, and a fresh cell is formed by none of them by accident. */
const LIMITS = "voltage: 1 V, current: 100 uA, power: 100 uW";
/** Beside a stage with a heater. */
const STAGE_LIMIT = ", temperature: 350 K";

/** How the first instrument of each kind is usually connected. */
const usualWiring: Readonly<Record<string, readonly (readonly [terminal: string, node: string, comment: string])[]>> = {
  smu: [
    ["high", "dut.top", ""],
    ["low", "dut.bottom", ""],
  ],
  awg: [["1", "dut.top", "put a switch or two cables between: an SMU and a generator do not drive it together"]],
  scope: [
    ["1", "dut.top", "what the device sees"],
    ["2", "{ to: dut.bottom, through: { shunt: 1 kohm } }", "its current: 1 mA is 1 V; write the resistor you have"],
  ],
};

/** The text of a bench file with these instruments, and comments that say what is left to do. */
export function benchTemplate({ file, instruments, rest, origin }: Template): string {
  const labels = labelsFor(instruments);
  const virtual = instruments.every(({ resource }) => resource === "virtual");
  const heats = instruments.some(({ kind }) => kind === "thermal");
  return [
    `# Written by memrig init, ${origin}. Read it through, and set wiring and limits before the first run:`,
    "# memrig takes them as the truth. `memrig check` tells whether it can be used, and touches no output.",
    `name: ${quoted(path.basename(file, path.extname(file)))}`,
    "instruments:",
    ...instruments.flatMap((instrument, k) => instrumentLines(instrument, labels[k] ?? "")),
    ...rest.map(({ what, why }) => `  # not used: ${oneLine(what)}: ${oneLine(why)}`),
    "dut:",
    "  id: D1 # the name of your device, as it is written on its box",
    virtual
      ? "  model: zno-diffusive # what is simulated"
      : "  # model: zno-diffusive # what --twin sets beside the measurement; docs/models has a page on each",
    "wiring: # which terminal meets which end of the device: this is the usual way, not what was seen",
    ...wiringLines(instruments, labels),
    `limits: { ${LIMITS}${heats ? STAGE_LIMIT : ""} } # nothing passes these; raise them when you know what your device takes`,
    "store: runs",
    "",
  ].join("\n");
}

function labelsFor(instruments: readonly TemplateInstrument[]): string[] {
  const counts = new Map<string, number>();
  return instruments.map(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count === 1 ? kind : `${kind}${count}`;
  });
}

function instrumentLines(instrument: TemplateInstrument, label: string): string[] {
  const { driver, resource, model, idn, others } = instrument;
  const place = resource === "virtual" ? resource : quoted(resource);
  return [
    ...(idn === undefined ? [] : [`  # ${oneLine(idn)}`]),
    ...(others.length === 0 ? [] : [`  #   also ${others.map(oneLine).join(", ")}`]),
    `  ${label}: { driver: ${driver}, resource: ${place}${model === undefined ? "" : `, model: ${model}`} }`,
  ];
}

/** The first of each kind is wired; for the others the same lines stand as comments. */
function wiringLines(instruments: readonly TemplateInstrument[], labels: readonly string[]): string[] {
  const lines = instruments.flatMap(({ kind }, k) => {
    const label = labels[k] ?? "";
    const mark = label === kind ? "" : "# ";
    return (usualWiring[kind] ?? []).map(
      ([terminal, node, comment]) => `  ${mark}${label}.${terminal}: ${node}${comment === "" ? "" : ` # ${comment}`}`,
    );
  });
  return lines.some((line) => !line.startsWith("  #")) ? lines : ["  {}", ...lines];
}

/** What instruments say of themselves is text of others: no line end of it may end our comment. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();

const quoted = (text: string): string => JSON.stringify(text);
