import { messageOf } from "../errors.js";
import { PipeReader } from "./byte-pipe.js";
import type { BytePipe } from "./byte-pipe.js";
import type { Call } from "./call.js";
import { LinkError } from "./message-link.js";

/** How a serial line is set. Both ends have to agree; instruments show theirs in a menu or on a rear switch. */
export interface SerialSettings {
  /** Bits per second; 9600 where left out. */
  readonly baud?: number;
  /** 8 where left out. */
  readonly dataBits?: 5 | 6 | 7 | 8;
  /** `none` where left out. */
  readonly parity?: "none" | "even" | "odd" | "mark" | "space";
  /** 1 where left out. */
  readonly stopBits?: 1 | 1.5 | 2;
  /** `xon/xoff` takes two byte values away: blocks can not go over such a line. `none` where left out. */
  readonly flow?: "none" | "rts/cts" | "xon/xoff";
}

/** Longer than the longest character at 300 baud, as a device takes it for a break. */
const BREAK_MS = 250;

/** `3` is the third port of the computer, `/dev/ttyS2` or `COM3`; anything else is the name itself. */
export function serialPath(port: string): string {
  if (!/^\d+$/.test(port)) return port;
  return process.platform === "win32" ? `COM${port}` : `/dev/ttyS${Number(port) - 1}`;
}

/**
 * Opens a serial port for this program alone.
 *
 * @throws LinkError `no-answer`: there is no such port, it may not be opened, or another program has it; CallEnded
 */
export async function openSerialPort(path: string, settings: SerialSettings, call: Call): Promise<BytePipe> {
  const { SerialPort } = await call.wait(import("serialport")); // a native module: loaded by who has a serial port
  const port = new SerialPort({
    path,
    baudRate: settings.baud ?? 9600,
    dataBits: settings.dataBits ?? 8,
    parity: settings.parity ?? "none",
    stopBits: settings.stopBits ?? 1,
    rtscts: settings.flow === "rts/cts",
    xon: settings.flow === "xon/xoff",
    xoff: settings.flow === "xon/xoff",
    autoOpen: false,
  });
  const opened = promised((done) => port.open(done)).catch((error: unknown) => {
    throw new LinkError("no-answer", describeOpenError(path, messageOf(error)), error);
  });
  try {
    await call.wait(opened);
  } catch (error) {
    opened.then(
      () => port.close(),
      () => undefined, // told already
    );
    throw error;
  }
  const reader = new PipeReader();
  let writing = 0;
  const lost = (error?: unknown) => {
    const why = "the serial port is gone. Was the adapter unplugged, or the instrument turned off";
    reader.fail(new LinkError("no-answer", why, error));
  };
  port.on("data", (chunk: Buffer) => reader.push(chunk));
  port.on("error", lost);
  port.on("close", lost);
  return {
    reader,
    get writing() {
      return writing > 0;
    },
    async write(bytes) {
      if (bytes.length === 0) return;
      writing++;
      try {
        await promised((done) => port.write(bytes, undefined, done));
        await promised((done) => port.drain(done));
      } catch (error) {
        lost(error); // a port that takes nothing is as good as gone: the next call opens it anew
        throw reader.failure ?? error;
      } finally {
        writing--;
      }
    },
    async sendBreak() {
      await promised((done) => port.set({ brk: true }, done));
      await new Promise((resolve) => setTimeout(resolve, BREAK_MS));
      await promised((done) => port.set({ brk: false }, done));
    },
    async close() {
      if (port.isOpen) await promised((done) => port.close(done));
    },
  };
}

function promised(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

function describeOpenError(path: string, why: string): string {
  if (/no such file|not found/i.test(why)) {
    return `there is no serial port ${path}. Is the adapter plugged in, and is this its name`;
  }
  if (/permission|access denied/i.test(why)) {
    return `${path} may not be opened by this user. On Linux the user has to be in the group dialout`;
  }
  if (/lock|busy|temporarily unavailable/i.test(why)) return `another program has ${path} open`;
  return `${path} can not be opened: ${why}`;
}
