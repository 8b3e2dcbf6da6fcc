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
  const image = await canvas.loadImage(Buffer.from(svg));
  const picture = canvas.createCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  picture.getContext("2d").drawImage(image, 0, 0, picture.width, picture.height);
  return picture.encode("png");
}
