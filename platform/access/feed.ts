import type { DependencyHealth } from '../subgraph.ts';

/**
 * What changes who may do what while the product runs. Each has a moment, in milliseconds since the epoch, from which it
 * is of no consequence any more; nothing is ever taken back but by another entry.
 */
export type AccessEntry = Revocation | Grant | GrantEnded;

/** Tokens that are refused although they are valid. */
export interface Revocation {
  readonly kind: 'revoked';
  /** A token by its `jti`, or every token of a subject, of a client, or of an issuer. */
  readonly what: 'token' | 'subject' | 'client' | 'issuer';
  /** Who issued the tokens: the same subject at another issuer is somebody else. */
  readonly issuer: string;
  /** The `jti`, subject or client; for an issuer, its name once more. */
  readonly value: string;
  /** Tokens issued later are not meant: somebody may sign in again. In milliseconds; left out for a `jti`. */
  readonly issuedBefore?: number;
  readonly until: number;
}

/** The glass that a person may break: more scopes and facilities, for one purpose and a limited time. */
export interface Grant {
  readonly kind: 'granted';
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly client: string;
  readonly scopes: readonly string[];
  readonly facilities: readonly string[];
  readonly until: number;
}

/** A grant that ends before its time. */
export interface GrantEnded {
  readonly kind: 'ended';
  readonly id: string;
  readonly until: number;
}

/** Brings entries to every process that decides by them. */
export interface AccessFeed {
  /** Resolves when every process that is connected will have it within a second. @throws when it cannot be passed on */
  publish(entry: AccessEntry): Promise<void>;
  /**
   * Makes sure that all of these are in the feed, for those who come later, and lets go of what no longer holds. Whoever
   * has had them already may get them again. @throws as `publish` does
   */
  restore(entries: readonly AccessEntry[]): Promise<void>;
  /** Called with what holds already, and then with each entry that comes; more than once for one, at times. */
  subscribe(listener: (entry: AccessEntry) => void): void;
  /**
   * Up to which moment nothing has been missed, in milliseconds since the epoch. Undefined until everything that holds has
   * been had once.
   */
  asOf(): number | undefined;
  health(): DependencyHealth;
  close(): Promise<void>;
}
