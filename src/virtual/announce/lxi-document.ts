import type { Identity } from "../../visa/discovery/record.js";

/** What the LXI identification of an instrument tells. */
export interface LxiFacts {
  readonly identity: Identity;
  /** What it is called on its bench. */
  readonly description: string;
  /** Where this document is. */
  readonly url: string;
  readonly resources: readonly string[];
  readonly network: { readonly host: string; readonly netmask: string; readonly mac: string };
}

const NAMESPACE = "http://www.lxistandard.org/InstrumentIdentification/1.0";

/**
 * The LXI identification document, in the schema that instruments of today serve and other tools read.
 *
 * @see LXI instrument identification schema 1.0; LXI Device Specification 1.5, 10.2
 */
export function lxiDocument({ identity, description, url, resources, network }: LxiFacts): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<LXIDevice xmlns="${NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${NAMESPACE} ${NAMESPACE}">
  <Manufacturer>${escaped(identity.manufacturer)}</Manufacturer>
  <Model>${escaped(identity.model)}</Model>
  <SerialNumber>${escaped(identity.serial)}</SerialNumber>
  <FirmwareRevision>${escaped(identity.firmware)}</FirmwareRevision>
  <ManufacturerDescription>Simulated by memrig: ${escaped(identity.model)}</ManufacturerDescription>
  <UserDescription>${escaped(description)}</UserDescription>
  <IdentificationURL>${escaped(url)}</IdentificationURL>
  <Interface xsi:type="NetworkInformation" InterfaceType="LXI" IPType="IPv4" InterfaceName="ethernet">
${resources.map((name) => `    <InstrumentAddressString>${escaped(name)}</InstrumentAddressString>`).join("\n")}
    <Hostname>${escaped(network.host)}</Hostname>
    <IPAddress>${escaped(network.host)}</IPAddress>
    <SubnetMask>${escaped(network.netmask)}</SubnetMask>
    <MACAddress>${escaped(network.mac)}</MACAddress>
    <Gateway>0.0.0.0</Gateway>
    <DHCPEnabled>false</DHCPEnabled>
    <AutoIPEnabled>false</AutoIPEnabled>
  </Interface>
  <Domain>0</Domain>
  <LXIVersion>1.5 LXI Device Specification 2016</LXIVersion>
</LXIDevice>
`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** For text and attributes, of XML and HTML alike. */
export const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => entities[letter] ?? letter);
