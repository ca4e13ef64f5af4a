/** How one source's words for something become those of an enum of the graph, as the field that is read by it carries it. */
export interface MappingTable {
  /** As the source or its standard calls the list of words. */
  readonly name: string;
  /** Changes with every change of the table. */
  readonly version: number;
  /** From the source's words to the canonical ones. */
  readonly words: Readonly<Record<string, string>>;
  /** The part of the field that holds the enum, where that is not the field itself. */
  readonly part?: string;
}
