import type { Target } from "../harness.js";
import type { Stream } from "../inputs.js";
import { hislipReader, hislipReplies } from "./hislip.js";
import { controllerCommands, controllerLines } from "./prologix.js";
import { execution, framing, parsing } from "./program.js";
import { answers, blocks, scanning } from "./replies.js";
import { resourceNames } from "./resource.js";
import { portmapperServer, serviceChannel, vxi11Client, vxi11Server } from "./rpc.js";
import { usbtmcClient } from "./usbtmc.js";

/** Every parser of both sides, by the folder of its corpus. */
export const targets: Readonly<Record<string, Target<Stream>>> = {
  "vxi11-server": vxi11Server,
  "vxi11-client": vxi11Client,
  portmapper: portmapperServer,
  "service-channel": serviceChannel,
  hislip: hislipReader,
  "hislip-replies": hislipReplies,
  framer: framing,
  parser: parsing,
  execution,
  "reply-blocks": blocks,
  "reply-ends": scanning,
  "reply-text": answers,
  "controller-lines": controllerLines,
  "controller-commands": controllerCommands,
  usbtmc: usbtmcClient,
  "resource-names": resourceNames,
};
