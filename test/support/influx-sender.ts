/** A process that sends the runs of a store to InfluxDB until it is killed. */
import { InfluxSink } from "../../src/store/sinks/influx.js";

const [storeDir = "", url = ""] = process.argv.slice(2);
new InfluxSink({ url, database: "memrig" }, storeDir).start();
setInterval(() => undefined, 1000);
