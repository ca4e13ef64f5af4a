import type { Entry } from './records.ts';

/** `<chain> <seq> <mac> <record>`, one line each. */
export const writtenLine = ({ chain, seq, mac, text }: Entry): string => `${chain} ${seq} ${mac} ${text}\n`;

const LINE = /^([0-9a-f-]{36}) (\d{1,15}) ([\w-]{43}) (\{.*\})$/;

/** The whole lines of a journal. A last one that is torn was never answered for: its process died in the middle of it. */
export const readEntries = (content: string): readonly Entry[] =>
  content.split('\n').flatMap((line) => {
    const [, chain, seq, mac, text] = LINE.exec(line) ?? [];
    if (chain === undefined || seq === undefined || mac === undefined || text === undefined) return [];
    return [{ chain, seq: Number(seq), mac, text }];
  });
