import { transportSuite } from "./transport.suite.js";
import { socketTransport } from "./transports.js";

transportSuite(socketTransport);
