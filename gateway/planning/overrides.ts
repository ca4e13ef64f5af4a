import type { Schema } from '@apollo/federation-internals';

/**
 * The labels of progressive `@override` in a supergraph (Federation, Progressive @override): sorted, each once.
 *
 * A field with a label has two homes. A plan is made for a truth of each label, and takes the field from its new home
 * where that is true.
 */
export const overrideLabels = (supergraph: Schema): readonly string[] => {
  const labels = new Set<string>();
  for (const application of supergraph.directive('join__field')?.applications() ?? []) {
    const label: unknown = application.arguments()['overrideLabel'];
    if (typeof label === 'string') labels.add(label);
  }
  return Object.freeze([...labels].toSorted());
};

/**
 * Decides each label for one request: as configured, else by a draw where the label is a percentage, else false.
 *
 * @param draw a number from 0 up to, and without, 1
 */
export const drawLabels = (
  labels: readonly string[],
  configured: ReadonlyMap<string, boolean> = NONE,
  draw: () => number = Math.random,
): ReadonlyMap<string, boolean> => {
  if (labels.length === 0) return NONE;
  return new Map(labels.map((label) => [label, configured.get(label) ?? isDrawn(label, draw)]));
};

const NONE: ReadonlyMap<string, boolean> = new Map();

const isDrawn = (label: string, draw: () => number): boolean => {
  const [, percentage] = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label) ?? [];
  return percentage !== undefined && draw() * 100 < Number(percentage);
};
