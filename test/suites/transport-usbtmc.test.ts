import { transportSuite } from "./transport.suite.js";
import { usbtmcTransport } from "./transports.js";

transportSuite(usbtmcTransport);
