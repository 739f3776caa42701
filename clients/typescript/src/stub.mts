export * from "./stub.js";
