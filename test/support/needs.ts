import { spawnSync } from "node:child_process";
import { accessSync, appendFileSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

/** Programs that tests use beyond npm packages: how to find them, and the Debian packages that bring them. */
const programs = {
  influxd: { command: "influxd", packages: ["influxdb"] },
  chromium: { command: "chromium", packages: ["chromium"] },
  ngspice: { command: "ngspice", packages: ["ngspice"] },
  lxi: { command: "lxi", packages: ["lxi-tools"] },
  socat: { command: "socat", packages: ["socat"] },
  // Debian's own interpreter: another python3 on the path would not see Debian's PyVISA.
  pyvisa: {
    command: "/usr/bin/python3",
    packages: ["python3-pyvisa", "python3-pyvisa-py", "python3-serial"],
    check: ["-c", "import pyvisa, pyvisa_py, serial"],
  },
  zeroconf: {
    command: "/usr/bin/python3",
    packages: ["python3-zeroconf"],
    check: ["-c", "import zeroconf"],
  },
  // A network of its own, for programs that speak on every interface there is. Some containers forbid it even to root.
  namespace: {
    command: "unshare",
    packages: ["util-linux", "iproute2"],
    check: ["--map-root-user", "--net", "ip", "link", "set", "lo", "up"],
  },
  // A small disk of its own, to fill it up.
  "small-disk": {
    command: "unshare",
    packages: ["util-linux", "mount"],
    check: ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
  },
  openssl: { command: "openssl", packages: ["openssl"] },
} as const;

export type Program = keyof typeof programs;

function onPath(command: string): string | undefined {
  const candidates = command.includes("/")
    ? [command]
    : (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, command));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code) return false;
      throw error;
    }
  });
}

/** Where the program is; undefined when it, or what it has to bring, is not installed. */
export function find(name: Program): string | undefined {
  const program = programs[name];
  const path = onPath(program.command);
  if (path === undefined || !("check" in program)) return path;
  return spawnSync(path, program.check, { stdio: "ignore" }).status === 0 ? path : undefined;
}

/** Debian packages of the programs that are not here yet. */
export function missingPackages(): string[] {
  const names = Object.keys(programs) as Program[];
  return names.filter((name) => find(name) === undefined).flatMap((name) => programs[name].packages);
}

/**
 * The path of a program the test needs. Where it is missing the test is skipped by name with the line that installs it; with
 * CI=true it fails instead.
 */
export function needs(t: TestContext, name: Program): string | undefined {
  const path = find(name);
  if (path !== undefined) return path;
  const reason = `needs ${name}; on Debian: apt-get install ${programs[name].packages.join(" ")}`;
  if (process.env["CI"] === "true") throw new Error(`${reason} (a skip is a failure with CI=true)`);
  const log = process.env["MEMRIG_SKIPS"];
  if (log) appendFileSync(log, `${t.name}: ${reason}\n`);
  t.skip(reason);
  return undefined;
}
