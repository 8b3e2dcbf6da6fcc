import { transportSuite } from "./transport.suite.js";
import { prologixTransport } from "./transports.js";

transportSuite(prologixTransport);
