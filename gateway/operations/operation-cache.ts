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
  /** The documents kept, the most recently used first. */
  all(): readonly KnownDocument[];
  /** Bytes, as estimated. */
  readonly size: number;
}

export const createOperationCache = (maxBytes: number): OperationCache => {
  const byHash = new Map<string, KnownDocument>();
  const byText = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    sizeCalculation: ({ size }) => size,
    // Also called for what is replaced by itself with another size.
    disposeAfter: ({ known }) => {
      if (!byText.has(known.text)) byHash.delete(known.hash);
    },
  });
  // The cache looks at the size of a value it does not have yet, so each size makes another value.
  const keep = (known: KnownDocument, size: number): void => void byText.set(known.text, { known, size });
  return {
    get: (text) => byText.get(text)?.known,
    getByHash: (hash) => byHash.get(hash),
    add: (text, hash, document) => {
      const kept = byText.get(text);
      if (kept !== undefined) return kept.known;
      const known = knownDocument(text, hash, document);
      keep(known, text.length * BYTES_PER_CHARACTER);
      // One that alone is more than the whole cache is not kept.
      if (byText.has(text)) byHash.set(hash, known);
      return known;
    },
    grow: (known, bytes) => {
      const kept = byText.peek(known.text);
      if (kept?.known === known) keep(known, kept.size + bytes);
    },
    all: () => [...byText.values()].map(({ known }) => known),
    get size() {
      return byText.calculatedSize;
    },
  };
};

interface Kept {
  readonly known: KnownDocument;
  /** Bytes. */
  readonly size: number;
}

/** Of a document: its text, tokens and syntax tree. */
const BYTES_PER_CHARACTER = 40;
