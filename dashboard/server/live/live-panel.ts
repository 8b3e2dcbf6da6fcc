import type { Columns } from "../../../src/store/shapes.js";
import type { Panel } from "../wire.js";

/** Takes rows as they come and shows them at any moment, in memory that does not grow with the run. */
export interface LivePanel {
  readonly table: string;
  take(rows: Columns): void;
  /** What to show now. `since`: number of finished curves the page has already. */
  show(since: number): Panel;
  /** Curves finished so far. */
  readonly finished: number;
}
