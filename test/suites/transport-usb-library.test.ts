import { transportSuite } from "./transport.suite.js";
import { usbLibraryTransport } from "./transports.js";

transportSuite(usbLibraryTransport);
