/** The little of js-yaml 3 that is used; it comes without types. */
declare module 'js-yaml' {
  const yaml: {
    /** Reads one document, with anchors and merges (`<<`) resolved. @throws YAMLException */
    readonly safeLoad: (text: string) => unknown;
  };
  export default yaml;
}
