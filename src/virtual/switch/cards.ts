/** One card in a slot. */
export interface Card {
  /** Reply of `slot[n].idn` where the slot has one. */
  readonly idn: string;
  /** Its channels in slot 1, in order; the slot's number takes the place of the first character. */
  readonly channels: readonly string[];
  /** Of a matrix: as `slot[n].rows.matrix` and `slot[n].columns.matrix` tell. */
  readonly matrix?: { readonly rows: number; readonly columns: number };
}

/** What one mainframe is, and which cards the virtual one has. */
export interface SwitchModel {
  readonly name: string;
  /** As `*IDN?` writes maker and model. */
  readonly title: string;
  readonly firmware: string;
  readonly slots: number;
  readonly cards: readonly Card[];
  /** Time that a relay takes. */
  readonly settle_s: number;
}

const two = (value: number) => String(value).padStart(2, "0");

/** Rows A to H, columns 01 to 12: `1A01`. */
function lettered(rows: number, columns: number): string[] {
  return Array.from({ length: rows * columns }, (_, at) => {
    const row = String.fromCharCode(65 + Math.floor(at / columns));
    return `1${row}${two((at % columns) + 1)}`;
  });
}

/** Rows 1 to 6, columns 01 to 16: `1101`. */
function numbered(rows: number, columns: number): string[] {
  return Array.from(
    { length: rows * columns },
    (_, at) => `1${Math.floor(at / columns) + 1}${two((at % columns) + 1)}`,
  );
}

/** Channels 001 to 060 of a multiplexer: `1001`. */
function multiplexed(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `1${String(at + 1).padStart(3, "0")}`);
}

const semiconductor: Card = {
  idn: "7072,8x12 Semi Matrix,01.00a,1234567",
  channels: lettered(8, 12),
  matrix: { rows: 8, columns: 12 },
};
const matrix: Card = {
  idn: "3730,6x16 High Density Matrix,01.40h,1243657",
  channels: numbered(6, 16),
  matrix: { rows: 6, columns: 16 },
};
const multiplexer: Card = { idn: "3720,Dual 1x30 Multiplexer,01.40h,1243658", channels: multiplexed(60) };

const models: readonly SwitchModel[] = [
  {
    name: "707B",
    title: "Keithley Instruments Inc., Model 707B",
    firmware: "01.20d",
    slots: 6,
    cards: [semiconductor, semiconductor],
    settle_s: 0.015,
  },
  {
    name: "708B",
    title: "Keithley Instruments Inc., Model 708B",
    firmware: "01.20d",
    slots: 1,
    cards: [semiconductor],
    settle_s: 0.015,
  },
  {
    name: "3706A",
    title: "KEITHLEY INSTRUMENTS INC.,MODEL 3706A",
    firmware: "01.56a",
    slots: 6,
    cards: [matrix, multiplexer],
    settle_s: 0.004,
  },
];

export const switchModels: ReadonlyMap<string, SwitchModel> = new Map(models.map((model) => [model.name, model]));
