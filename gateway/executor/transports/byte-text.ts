/**
 * Text with one character for each byte of its UTF-8. What is only copied, compared and put together need not be
 * decoded; V8 keeps such text in one byte per character, and writes it without encoding it.
 */
export type ByteText = string;

export const toByteText = (text: string): ByteText =>
  NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;

// eslint-disable-next-line no-control-regex
const NOT_ASCII = /[^\u0000-\u007f]/;
