import type { Call } from "../call.js";
import { formatResource } from "../resource.js";
import type { PrologixControllerName, Resource } from "../resource.js";
import { openSerialPort, serialPath } from "../serial-port.js";
import { openTcpPipe } from "../tcp-pipe.js";
import { PrologixController } from "./controller.js";
import { PrologixLink } from "./link.js";
import { busAddress } from "./protocol.js";

/** The USB model is a virtual serial port whose speed does not matter; AR488 on an Arduino has 115200. */
const BAUD = 115200;

/** Controllers in use, by their resource name: sessions of the instruments behind one share it. */
const controllers = new Map<string, PrologixController>();

/** A link to an instrument behind a controller, which is connected to when the first message goes out. */
export function prologixLink(resource: Extract<Resource, { kind: "prologix-instrument" }>): PrologixLink {
  const name = formatResource(resource.controller);
  const connect = connectTo(resource.controller);
  const controller = controllers.get(name) ?? new PrologixController(connect, () => controllers.delete(name));
  controllers.set(name, controller);
  return new PrologixLink(controller, busAddress(resource.primary, resource.secondary));
}

function connectTo(controller: PrologixControllerName) {
  return (call: Call) =>
    controller.kind === "prologix-tcp"
      ? openTcpPipe(controller.host, controller.port, call)
      : openSerialPort(serialPath(controller.port), { baud: BAUD }, call);
}
