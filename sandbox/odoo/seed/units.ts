import type { Row } from '../seed.ts';

/** [id, name, factor to the unit it is relative to, id of that unit (0: none), sequence, archived?] */
const UNITS: readonly (readonly [number, string, number, number, number, boolean?])[] = [
  [1, 'Units', 1, 0, 100],
  [2, 'Pack of 6', 6, 1, 600],
  [3, 'Dozens', 12, 1, 1000, true],
  [4, 'Hours', 1, 0, 100],
  [5, 'Days', 8, 4, 800],
  [6, 'Minutes', 0.0166667, 4, 1],
  [7, 'mm', 1, 0, 100],
  [8, 'cm', 10, 7, 1000, true],
  [9, 'm', 100, 8, 1000],
  [10, 'km', 1000, 9, 1000, true],
  [11, 'm²', 1, 0, 100],
  [12, 'ml', 1, 0, 100],
  [13, 'L', 1000, 12, 1000],
  [14, 'm³', 1000, 13, 1000, true],
  [15, 'g', 1, 0, 100],
  [16, 'kg', 1000, 15, 1000],
  [17, 'Ton', 1000, 16, 1000],
  [18, 'oz', 28.3495, 15, 1000, true],
  [19, 'lb', 16, 18, 1000, true],
  [20, 'in', 2.54, 8, 254, true],
  [21, 'ft', 12, 20, 1000, true],
  [22, 'yd', 3, 21, 300, true],
  [23, 'mi', 1760, 22, 1000, true],
  [24, 'ft²', 0.092903, 11, 9, true],
  [25, 'fl oz (US)', 0.0295735, 13, 2, true],
  [26, 'qt (US)', 32, 25, 1000, true],
  [27, 'gal (US)', 4, 26, 400, true],
  [28, 'in³', 0.0163871, 13, 1, true],
  [29, 'ft³', 1728, 28, 1000, true],
  [30, 'KWH', 1, 0, 100],
];

/** The units Odoo installs, with its ids. A seed may add its own from id 31. */
export const unitRows = (): Row[] =>
  UNITS.map(([id, name, relative, parent, sequence, archived]) => ({
    id,
    name,
    relative_factor: relative,
    relative_uom_id: parent === 0 ? false : parent,
    sequence,
    active: archived !== true,
  }));
