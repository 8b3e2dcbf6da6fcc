import type { InfluxConfig } from "../store/sinks/influx.js";
import type { Complaints } from "./complaints.js";
import type { ParseOptions } from "./config.js";
import type { BenchFile } from "./schema.js";

/** The database's settings with each `${NAME}` replaced from the environment. The values never reach a run's record. */
export function readInflux(
  written: NonNullable<BenchFile["influx"]>,
  options: ParseOptions,
  complaints: Complaints,
): InfluxConfig {
  const env = options.env ?? process.env;
  const filled: Record<string, string> = {};
  for (const [key, text] of Object.entries(written)) {
    if (text === undefined) continue;
    filled[key] = text.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
      const value = env[name];
      if (value !== undefined) return value;
      if (options.secrets !== "ignored") {
        complaints.add(
          ["influx", key],
          `"influx.${key}" takes ${whole} from the environment, where it is not set. Set it (export ${name}=…), or leave influx out.`,
        );
      }
      return "";
    });
  }
  const { url = "", database = "", ...rest } = filled;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    complaints.add(
      ["influx", "url"],
      `"${written.url}" is not the address of a server. Write for example http://127.0.0.1:8086.`,
    );
  }
  return { url, database, ...rest };
}
