/** A step of a path: the name of an attribute, or a position in a list. */
export type Step = string | number;

/**
 * Reads a path as `UpdateAction` in the proto has it: `address.lines[0]`, and `"a.b".c` for names with dots.
 *
 * @throws {SyntaxError} if it is none.
 */
export function parsePath(path: string): Step[] {
  const steps: Step[] = [];
  const element = /(?:"((?:[^"\\]|\\["\\])*)"|([^."[\]]+))((?:\[\d+\])*)(\.|$)/y;
  for (let more = true; more;) {
    const [, quoted, bare, indexes = "", end] = element.exec(path) ?? [];
    const name = bare ?? quoted?.replace(/\\(.)/g, "$1");
    if (name === undefined || name === "") {
      throw new SyntaxError(`${JSON.stringify(path)} is not a path such as address.lines[0] or "a.b".c`);
    }
    steps.push(name, ...Array.from(indexes.matchAll(/\d+/g), ([index]) => Number(index)));
    more = end === ".";
  }
  return steps;
}
