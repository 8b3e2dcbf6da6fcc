import { transportSuite } from "./transport.suite.js";
import { hislipTransport, overlappedHislipTransport } from "./transports.js";

transportSuite(hislipTransport);
transportSuite(overlappedHislipTransport);
