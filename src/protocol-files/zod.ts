/** What `import … from "zod"` gives in a file of one's own: the program's own zod, so that there is one of it. */
export * from "zod";
export { default } from "zod";
