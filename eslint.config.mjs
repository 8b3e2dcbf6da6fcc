import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Who may import whom: an area may use itself and the areas listed. `errors` and `units` are everyone's. */
const may = {
  "src/capabilities": [],
  "src/visa": [],
  "src/scpi": ["visa"],
  drivers: ["scpi", "visa", "capabilities"],
  "src/simulator": [],
  "src/analysis": ["store/shapes"],
  protocols: ["capabilities", "analysis", "engine/protocol", "store/shapes"],
  "src/engine": ["capabilities", "store", "analysis/figure", "analysis/compare"],
  "src/store": ["analysis/figure"],
  "src/protocol-files": ["capabilities", "analysis", "protocols", "engine/protocol", "store/shapes"],
  "src/import": ["analysis", "store/shapes"],
  "src/virtual": ["simulator", "scpi", "visa"],
  "dashboard/server": ["store", "engine", "analysis", "protocols", "protocol-files", "bench"],
};
const areas = [
  "capabilities",
  "visa",
  "scpi",
  "drivers",
  "simulator",
  "analysis",
  "protocols",
  "protocol-files",
  "engine",
  "store",
  "import",
  "virtual",
  "bench",
  "dashboard",
  "cli",
];

/** An area may not reach others by a relative path; what it may is let through by name. */
const importRules = Object.entries(may).map(([folder, allowed]) => {
  const own = folder.split("/").at(-1);
  const patterns = areas
    .filter((area) => area !== own && area !== folder.split("/")[0] && !allowed.includes(area))
    .map((area) => {
      const within = allowed.filter((name) => name.startsWith(`${area}/`)).map((name) => name.slice(area.length + 1));
      const exceptions = within.length > 0 ? `(?!(${within.join("|")})\\.js$)` : "";
      return {
        regex: `^\\.\\.?/.*\\b${area}/${exceptions}`,
        message: `${folder} may import only: itself, units, errors${allowed.map((name) => `, ${name}`).join("")}.`,
      };
    });
  return { files: [`${folder}/**/*.ts`], rules: { "no-restricted-imports": ["error", { patterns }] } };
});

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "runs/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: ["./tsconfig.json", "./dashboard/web/tsconfig.json"] } },
    rules: {
      // A promise nobody waits for is an instrument nobody knows the state of.
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: ["test", "it", "describe"] }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: "error",
    },
  },
  {
    files: ["scripts/**/*.mjs", "bin/**/*.mjs", "*.mjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        performance: "readonly",
        Buffer: "readonly",
      },
    },
  },
  ...importRules,
);
