import assert from "node:assert/strict";
import test from "node:test";
import { plainSvg, svgPng } from "../../../src/analysis/png.js";
import { figureSvg } from "../../../src/analysis/svg.js";

const figure = (title: string, colour: boolean) =>
  figureSvg(
    {
      name: "iv",
      title,
      x: { label: "Voltage", unit: "V", scale: "linear" },
      y: { label: "Current", unit: "A", scale: "linear" },
      series: colour ? [{ name: "sweep", style: "line", x: [0, 1, 2], y: [0, 1e-6, 4e-6] }] : [],
    },
    { width: 300, height: 200 },
  );

test("a figure becomes a PNG of twice its size that shows its curve and its words", async () => {
  const { createCanvas, loadImage } = await import("@napi-rs/canvas");
  const pixels = async (svg: string) => {
    const image = await loadImage(await svgPng(svg));
    assert.deepEqual([image.width, image.height], [600, 400]);
    const context = createCanvas(600, 400).getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, 600, 400).data;
  };
  const [drawn, empty, untitled] = [
    await pixels(figure("A title", true)),
    await pixels(figure("A title", false)),
    await pixels(figure("", true)),
  ];
  assert.deepEqual([...drawn.subarray(0, 4)], [255, 255, 255, 255]);
  const blue = (data: Uint8ClampedArray) => {
    let count = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i] === 0 && data[i + 1] === 0x72 && data[i + 2] === 0xb2) count += 1;
    return count;
  };
  assert.ok(blue(drawn) > 200, `${blue(drawn)} pixels of the curve`);
  assert.equal(blue(empty), 0);
  const dark = (data: Uint8ClampedArray) => {
    let count = 0;
    for (let i = 0; i < 600 * 60 * 4; i += 4) if ((data[i] ?? 255) < 100) count += 1;
    return count;
  };
  assert.ok(
    dark(drawn) > dark(untitled) + 100,
    `${dark(drawn)} dark pixels at the title, ${dark(untitled)} without one`,
  );
});

test("an exponent is digits in the picture, not empty boxes: 10⁵ and 10⁶, 10⁻⁵ and 10⁵ are told apart", async () => {
  const pictures = await Promise.all(
    ["10⁵ cycles", "10⁶ cycles", "10⁻⁵ cycles"].map(async (title) => Buffer.from(await svgPng(figure(title, false)))),
  );
  assert.equal(new Set(pictures.map((picture) => picture.toString("base64"))).size, 3);
});

test("exponents come out raised in words only, and of a list of fonts the first that is there, or one without serifs", () => {
  const svg = `<svg font-family="system-ui, 'DejaVu Sans', sans-serif" aria-label="x²"><text>R² of 10⁻⁴</text></svg>`;
  const drawn = plainSvg(svg, ["Math", "Arial", "DejaVu Sans"]);
  assert.match(drawn, /font-family="DejaVu Sans" aria-label="x²"/);
  assert.equal(drawn.replace(/<[^>]*>/g, ""), "R2 of 10−4 ");
  assert.equal(
    [...drawn.matchAll(/dy="(-?[\d.]+)"/g)].reduce((sum, [, dy]) => sum + Number(dy), 0),
    0,
  );
  assert.match(plainSvg(svg, ["Math", "Arial"]), /font-family="Arial"/);
  assert.match(plainSvg(svg, ["Math"]), /font-family="Math"/);
});
