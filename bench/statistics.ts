/** Of an even number of values, the mean of the two in the middle. NaN for none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
};

/** Two digits that mean something. */
export const rounded = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
};

/** The straight line that fits best (least squares), and the standard error of its slope. */
export const lineThrough = (points: readonly (readonly [x: number, y: number])[]) => {
  const mean = (values: readonly number[]): number => sum(values) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = sum(points.map(([x]) => (x - meanX) ** 2));
  const slope = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
  const at = (x: number): number => meanY + slope * (x - meanX);
  const missed = sum(points.map(([x, y]) => (y - at(x)) ** 2));
  return { slope, error: Math.sqrt(missed / (points.length - 2) / spread), at };
};

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
