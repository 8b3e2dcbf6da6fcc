import { transportSuite } from "./transport.suite.js";
import { vxi11Transport } from "./transports.js";

transportSuite(vxi11Transport);
