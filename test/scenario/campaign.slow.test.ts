import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { campaignResults } from "../../src/cli/campaign/results.js";
import { memrig, scratchFolder } from "../support/cli.js";

const campaigns = fileURLToPath(new URL("../../examples/campaigns", import.meta.url));

test("30 ZnO devices, 10 sweeps each: thresholds of 0.169 V with a C_v of 4.67 % (Wang et al. 2025, Fig. 2g)", async (t) => {
  const folder = await scratchFolder(t);
  const ran = await memrig(t, ["campaign", join(campaigns, "zno-30-devices.yaml")], { cwd: folder });
  assert.equal(ran.code, 0, ran.stderr);
  const [group] = (await campaignResults(join(folder, "runs"), "zno-30-devices")).steps[0]?.groups ?? [];
  assert.equal(group?.yield.good, 30);
  // Of 30 devices the mean is known to 0.86 % and the spread to 13 %, one standard error each: two and three of them.
  assert.ok(Math.abs(group.devices.mean / 0.169 - 1) < 0.026, `mean ${group.devices.mean} V`);
  assert.ok(Math.abs(group.devices.cv / 0.0467 - 1) < 0.39, `C_v ${group.devices.cv}`);
});

test("36 reticles of 16 VO2 devices, 10 sweeps each: C_v of the threshold 7 to 13 % for both sizes (Yi et al. 2018)", async (t) => {
  const folder = await scratchFolder(t);
  const ran = await memrig(t, ["campaign", join(campaigns, "vo2-wafer.yaml")], { cwd: folder });
  assert.equal(ran.code, 0, ran.stderr);
  const groups = (await campaignResults(join(folder, "runs"), "vo2-wafer")).steps[0]?.groups ?? [];
  assert.deepEqual(
    groups.map(({ group, devices }) => [group, devices.n]),
    [
      ["100 nm", 288],
      ["50 nm", 288],
      ["all", 576],
    ],
  );
  for (const { group, devices } of groups)
    assert.ok(devices.cv >= 0.07 && devices.cv <= 0.13, `${group}: ${devices.cv}`);
});
