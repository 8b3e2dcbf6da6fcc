import { MemrigError, messageOf } from "../errors.js";

/**
 * Draws an SVG document as a PNG picture, with the fonts of this system.
 *
 * @param scale pixels of the picture for each of the document; 2 is sharp on a screen and in a slide
 * @throws MemrigError `invalid-request`: this system has no font, or no part of the drawing library; SVG works on it all the same
 */
export async function svgPng(svg: string, scale = 2): Promise<Uint8Array> {
  let canvas: typeof import("@napi-rs/canvas");
  try {
    canvas = await import("@napi-rs/canvas"); // 30 MB of native code that nothing else needs
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `PNG pictures need the package @napi-rs/canvas, which can not be loaded here: ${messageOf(error).split("\n")[0] ?? ""}. ` +
        "Install it with npm, or leave --png out and take the SVG file.",
      {},
      error,
    );
  }
  if (canvas.GlobalFonts.families.length === 0) {
    throw new MemrigError(
      "invalid-request",
      "This system has no font, so a PNG picture would have no text: install one (Debian: apt-get install fonts-dejavu-core), " +
        "or leave --png out and take the SVG file.",
    );
  }
  const families = canvas.GlobalFonts.families.map(({ family }) => family);
  const image = await canvas.loadImage(Buffer.from(plainSvg(svg, families)));
  const picture = canvas.createCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  picture.getContext("2d").drawImage(image, 0, 0, picture.width, picture.height);
  return picture.encode("png");
}

/** Without serifs, and with the letters of units; the first that is there is taken where the document names none that is. */
const sansSerif = [
  "DejaVu Sans",
  "Liberation Sans",
  "Noto Sans",
  "Helvetica Neue",
  "Helvetica",
  "Arial",
  "Roboto",
  "Open Sans",
];

const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const plain = "0123456789−";

/**
 * The document as the drawing library understands it: it takes a list of fonts for the name of one, which no system has, and falls back on
 * any font, of mathematics and icons too, where raised digits are empty boxes. So one family that is there is named, and exponents are small
 * digits, raised, which every font has.
 *
 * @param families installed
 */
export function plainSvg(svg: string, families: readonly string[]): string {
  const oneOf = (names: readonly string[]) => names.find((name) => families.includes(name));
  return svg
    .replace(/font-family="([^"]*)"/g, (_, list: string) => {
      const named = list.split(",").map((name) => name.trim().replace(/^'(.*)'$/, "$1"));
      return `font-family="${oneOf(named) ?? oneOf(sansSerif) ?? families[0] ?? ""}"`;
    })
    .replace(/>[^<>]+</g, (text) => text.replace(/([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)( ?)/g, raise));
}

/** Back down behind it: an anchored text is moved by the sum of its shifts, upwards too. */
function raise(_: string, exponent: string, space: string): string {
  const digits = Array.from(exponent, (digit) => plain[raised.indexOf(digit)] ?? digit).join("");
  return `<tspan dy="-4.5" font-size="9.5">${digits}</tspan><tspan dy="4.5"${space ? "" : ' font-size="1"'}> </tspan>`;
}
