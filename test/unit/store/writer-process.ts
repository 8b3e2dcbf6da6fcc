/** A process that writes a run until it is killed; prints the folder, then the rows that are durable, line by line. */
import { createRun } from "../../../src/store/index.js";
import { points, pointsRows, startOf } from "./support.js";

const [storeDir = "", mostRows = "Infinity"] = process.argv.slice(2);
const writer = await createRun(storeDir, startOf([points]));
process.stdout.write(`${writer.folder}\n`);
try {
  while (writer.rows("points") < Number(mostRows)) {
    const from = writer.rows("points");
    writer.append({ table: "points", rows: pointsRows(from, from + 500) });
    await writer.flush();
    process.stdout.write(`${writer.rows("points")}\n`);
  }
  await writer.finish("done");
} catch (error) {
  process.stdout.write(`${JSON.stringify(error)}\n${String(error)}\n`);
  await writer.finish("failed", { reason: String(error) });
}
