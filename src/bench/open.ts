import { MemrigError, messageOf } from "../errors.js";
import type { RunEvent } from "../store/shapes.js";
import type { WireEvent } from "../visa/index.js";
import { foundOnNotice, OpenBench, takeDown, targetOf } from "./bench.js";
import type { Bench, Parts } from "./bench.js";
import type { BenchConfig } from "./config.js";
import { startGuardian } from "./guardian.js";
import { identified } from "./identify.js";
import { checkChannels, openInstrument } from "./instrument.js";
import { takeLock } from "./lock.js";
import { startVirtualHost } from "./virtual-host.js";
import type { VirtualHost } from "./virtual-host.js";
import { virtualPlan } from "./virtual-plan.js";

export interface OpenOptions {
  /** Ends the opening. */
  readonly signal?: AbortSignal;
  /** Told of what a person should know: an output found on, a stale lock taken over. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Told of every message to and from every instrument. */
  readonly onWire?: (label: string, event: WireEvent) => void;
}

/**
 * Opens every instrument of a bench, the virtual ones in a process of their own, and starts the guardian. No setting of
 * any instrument is changed; an output found on is told and left alone.
 *
 * @throws MemrigError `busy`: another program holds an instrument; `no-answer`, `invalid-request`: an instrument is not
 *   there or not what the file says. Nothing is left open or running.
 */
export async function openBench(file: BenchConfig, options: OpenOptions = {}): Promise<Bench> {
  let config = file;
  const parts: Parts = { locks: [], opened: [] };
  const notices: RunEvent[] = [];
  const tell = (event: string, details: Readonly<Record<string, unknown>>): void => {
    const notice = { at: new Date().toISOString(), event, ...details };
    notices.push(notice);
    options.onEvent?.(notice);
  };
  try {
    await lockAll(config, parts, tell);
    parts.guardian = startGuardian();
    config = await identified(config, undefined);
    if (config.instruments.some(({ resource }) => resource === "virtual")) {
      parts.host = await startVirtualHost(virtualPlan(config));
    }
    options.signal?.throwIfAborted();
    await openAll(config, parts, options);
    for (const found of parts.opened) {
      checkChannels(config, found);
      const { label, foundOn, foundErrors } = found;
      if (foundErrors !== "")
        tell("warning", { message: `${label}: errors from before were in its queue: ${foundErrors}.`, label });
      if (foundOn) tell("warning", foundOnNotice(found));
    }
    await parts.guardian.arm(parts.opened.flatMap((found) => (found.foundOn ? [] : targetOf(config, found))));
  } catch (error) {
    await takeDown(parts, true);
    throw options.signal?.aborted
      ? new MemrigError("aborted", "Aborted while the bench was opened. Nothing was on.", {}, error)
      : error;
  }
  return new OpenBench(config, parts, notices);
}

async function lockAll(
  config: BenchConfig,
  { locks }: Parts,
  tell: (event: string, details: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  const command = `memrig ${process.argv.slice(2).join(" ")}`.trim();
  for (const { label, resource } of config.instruments) {
    if (resource === "virtual") continue; // nobody else knows where it is
    const lock = await takeLock(resource, command);
    locks.push(lock);
    if (lock.tookOverFrom) {
      const { pid, since } = lock.tookOverFrom;
      tell("warning", {
        message: `${label}: process ${pid}, which held ${resource} since ${since}, is gone. Its lock was taken over.`,
        label,
        pid,
      });
    }
  }
}

/** @throws MemrigError of the first instrument in the file that did not open; the message tells of all */
async function openAll(config: BenchConfig, parts: Parts, options: OpenOptions): Promise<void> {
  const tries = config.instruments.map(async (instrument) => {
    const onWire = options.onWire && ((event: WireEvent) => options.onWire?.(instrument.label, event));
    const found = await openInstrument(instrument, resourceOf(instrument.label, instrument.resource, parts.host), {
      ...(options.signal ? { signal: options.signal } : {}),
      ...(onWire ? { onWire } : {}),
    });
    parts.opened.push(found);
  });
  const outcomes = await Promise.allSettled(tries);
  const order = config.instruments.map(({ label }) => label);
  parts.opened.sort((a, b) => order.indexOf(a.label) - order.indexOf(b.label));
  const failures = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
  const [first] = failures;
  if (first === undefined) return;
  if (!(first instanceof MemrigError)) throw new Error(messageOf(first), { cause: first });
  throw new MemrigError(first.kind, failures.map(messageOf).join("\n"), first.details, first);
}

/** Where an instrument is; for a virtual one where its process serves it, on its raw socket where it has one. */
export function resourceOf(label: string, resource: string, host: VirtualHost | undefined): string {
  if (resource !== "virtual") return resource;
  const served = host?.instruments.find(({ name }) => name === label);
  const found = served?.resources.find((name) => name.endsWith("::SOCKET")) ?? served?.resources[0];
  if (found !== undefined) return found;
  throw new MemrigError("no-answer", `${label}: the virtual bench does not serve it.`, { label });
}
