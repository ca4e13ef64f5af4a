/** Colours that differ in lightness too, on a ground of their own, so that neither print nor a dark page hides them. */
export const INK = '#1f2937';
export const FAINT = '#6b7280';
export const OURS = '#0f766e';
export const OURS_TOO = '#5fa8a0';
export const PEER = '#93a8c4';
export const FLOOR = '#d6dce5';

export const BOLD = ' font-weight="600"';

/** A picture with a title for those who cannot see it, a heading, and a line below. */
export const picture = (
  size: { readonly width: number; readonly height: number; readonly margin: number },
  heading: string,
  subtitle: string,
  content: string,
): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" font-family="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif" font-size="13">
<title>${escaped(heading)}</title>
<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>
${text(size.margin, 30, heading, `font-size="17" font-weight="600" fill="${INK}"`)}
${text(size.margin, 50, subtitle, `fill="${FAINT}" font-size="12"`)}
${content}
</svg>
`;

export const text = (x: number, y: number, content: string, attributes: string): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1).replace(/\.0$/, '')}" ${attributes}>${escaped(content)}</text>`;

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
