import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type KnownDocument, knownDocument } from './known-document.ts';

/**
 * Documents that have come by, with what was made of each: parsed, validated, authorized, planned and compiled. Bounded
 * in bytes; the one that has not been used for longest goes first, with all that was made of it.
 */
export interface OperationCache {
  get(text: string): KnownDocument | undefined;
  /** By the SHA-256 of the text, in hex. */
  getByHash(hash: string): KnownDocument | undefined;
  /** Keeps a document that has been validated. */
  add(text: string, hash: string, document: DocumentNode): KnownDocument;
  /** Something more was made of a document; `bytes` is what that takes, roughly. */
  grow(known: KnownDocument, bytes: number): void;
  /** The texts of the documents kept, the most recently used first. */
  texts(): Iterable<string>;
  /** Bytes, as estimated. */
  readonly size: number;
}

export const createOperationCache = (maxBytes: number): OperationCache => {
  const byHash = new Map<string, KnownDocument>();
  const sizes = new WeakMap<KnownDocument, number>();
  const byText = new LRUCache<string, KnownDocument>({
    maxSize: maxBytes,
    dispose: (known) => {
      if (byText.peek(known.text) !== known) byHash.delete(known.hash);
    },
  });
  const keep = (known: KnownDocument, size: number): void => {
    sizes.set(known, size);
    byText.set(known.text, known, { size });
  };
  return {
    get: (text) => byText.get(text),
    getByHash: (hash) => byHash.get(hash),
    add: (text, hash, document) => {
      const known = byText.get(text);
      if (known !== undefined) return known;
      const made = knownDocument(text, hash, document);
      keep(made, text.length * BYTES_PER_CHARACTER);
      // One that alone is more than the whole cache is not kept.
      if (byText.peek(text) === made) byHash.set(hash, made);
      return made;
    },
    grow: (known, bytes) => {
      if (byText.peek(known.text) === known) keep(known, (sizes.get(known) ?? 0) + bytes);
    },
    texts: () => byText.keys(),
    get size() {
      return byText.calculatedSize;
    },
  };
};

/** Of a document: its text, tokens and syntax tree. */
const BYTES_PER_CHARACTER = 40;
