import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["src/gen", "dist", "build", ".cache", "bench/node_modules"] },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.mts", "**/*.cts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ["./tsconfig.json", "./tsconfig.test.json"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // The types of what is exported are seen by its users, and the compiler is faster with them.
      "@typescript-eslint/explicit-module-boundary-types": "off",
      // Indexed by names that are no identifiers of this program, as tsconfig.json wants it.
      "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    files: ["examples/**"],
    // An attribute may be of any type; the examples know which ones they have written.
    rules: { "@typescript-eslint/no-base-to-string": "off" },
  },
  {
    files: ["test/**"],
    rules: {
      // `describe` and `test` of node:test wait for what they begin.
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["describe", "test"] }] },
      ],
    },
  },
);
