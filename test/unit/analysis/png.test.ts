import assert from "node:assert/strict";
import test from "node:test";
import { svgPng } from "../../../src/analysis/png.js";
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
