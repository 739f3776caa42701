import { has, list, map, text, type Doc } from "./file.mjs";

/** Whether a document is as expected; if not, where it differs. */
export function mismatch(expected: Doc, actual: Doc | undefined, path = "result"): string | undefined {
  const differs = `${path}: expected ${show(expected)}, found ${show(actual)}`;
  if (has(expected, "$absent")) {
    return actual === undefined ? undefined : differs;
  }
  if (actual === undefined) {
    return differs;
  }
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length
      ? first(expected.map((element, index) => mismatch(element, actual[index], `${path}.${index}`)))
      : differs;
  }
  if (typeof expected !== "object") {
    return expected === actual ? undefined : differs;
  }
  const found = special(expected, actual, path, differs) ?? ofMap(expected, actual, path, differs);
  return found === "" ? undefined : found;
}

/** What is wrong by one of the special forms; the empty text if nothing is; nothing if it is none of them. */
function special(expected: Record<string, Doc>, actual: Doc, path: string, differs: string): string | undefined {
  const when = (holds: boolean): string => (holds ? "" : differs);
  if (has(expected, "$each")) {
    const each = Array.from({ length: Number(expected["count"]) }, () => expected.$each);
    return mismatch(each, actual, path) ?? "";
  }
  if (typeof expected["base64"] === "string" && typeof actual === "string") {
    // Bytes that happen to be text.
    return when(Buffer.from(actual).toString("base64") === expected["base64"]);
  }
  const [form, ...others] = Object.keys(expected);
  const operand = form === undefined || others.length > 0 ? undefined : expected[form];
  if (operand === undefined) {
    return undefined;
  }
  switch (form) {
    case "$any":
      return "";
    case "$not":
      return when(mismatch(operand, actual) !== undefined);
    case "$exactly": {
      const same = sorted(Object.keys(map(operand))) === sorted(Object.keys(map(actual)));
      return same ? (mismatch(operand, actual, path) ?? "") : differs;
    }
    case "$unordered":
      return when(Array.isArray(actual) && actual.length === list(operand).length && contains(actual, list(operand)));
    case "$contains":
      return when(Array.isArray(actual) && contains(actual, list(operand)));
    case "$between":
      return when(between(operand, actual));
    case "$from_now":
      return when(typeof actual === "number" && between(operand, actual - Date.now()));
    case "N":
      return typeof operand === "string" ? when(has(actual, "N") && number(operand) === number(actual.N)) : undefined;
    case "SS":
    case "NS":
    case "BS": {
      const members = (doc: Doc | undefined): string => sorted(list(doc).map(form === "NS" ? number : text));
      return Array.isArray(operand) ? when(has(actual, form) && members(operand) === members(actual[form])) : undefined;
    }
    default:
      return undefined;
  }
}

function ofMap(expected: Record<string, Doc>, actual: Doc, path: string, differs: string): string | undefined {
  if (typeof actual !== "object" || Array.isArray(actual)) {
    return differs;
  }
  return first(
    Object.entries(expected).map(([name, value]) =>
      mismatch(value, Object.hasOwn(actual, name) ? actual[name] : undefined, `${path}.${name}`),
    ),
  );
}

/** Whether each of these has an element of its own that matches. */
function contains(actual: readonly Doc[], expected: readonly Doc[]): boolean {
  const left = [...actual];
  return expected.every((element) => {
    const index = left.findIndex((candidate) => mismatch(element, candidate) === undefined);
    return index >= 0 && left.splice(index, 1).length === 1;
  });
}

function between(bounds: Doc, actual: Doc): boolean {
  const [low, high] = list(bounds);
  return Number(low) <= Number(actual) && Number(actual) <= Number(high) && typeof actual === "number";
}

/** The same text for the same number. */
function number(doc: Doc | undefined): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE](.*))?$/.exec(text(doc)) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return significant === "" ? "0" : `${sign === "-" ? "-" : ""}${significant}e${power}`;
}

function first(found: readonly (string | undefined)[]): string | undefined {
  return found.find((mismatched) => mismatched !== undefined);
}

function sorted(texts: string[]): string {
  return JSON.stringify(texts.sort());
}

function show(doc: Doc | undefined): string {
  const shown = doc === undefined ? "nothing" : JSON.stringify(doc);
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown;
}
