import type { Change } from '../engine/database.ts';
import type { SeedUser } from '../seed.ts';
import type { Context, Values } from '../engine/env.ts';
import { userOf, type Running } from '../engine/engine.ts';

/** One call on a model, whatever protocol it came by. */
export interface ModelCall {
  readonly user: SeedUser;
  readonly model: string;
  readonly method: string;
  readonly ids: readonly unknown[];
  readonly named: Values;
  readonly context: Context;
}

/** What the two protocols need of the rest of the sandbox. */
export interface Service {
  readonly running: Running;
  readonly db: string;
  /** Tells this running sandbox from any other. */
  readonly instance: string;
  /** Makes what a transaction changed durable; runs before its answer is sent. */
  readonly commit: (changes: readonly Change[]) => void;
  readonly log: (call: LoggedCall) => void;
  /** Thrown in place of the method, when a test asked for an error. */
  readonly injected: (call: LoggedCall) => Error | null;
  /** Replaces the way a call is run, for a server that speaks other names. */
  readonly translate?: Translator;
}

export interface LoggedCall {
  readonly model: string;
  readonly method: string;
  readonly body: unknown;
}

/** Between the names of a client's version and the engine's. */
export interface Translator {
  /** What a model and method are called inside; null for what this version does not have. */
  readonly names: (call: ModelCall) => { readonly model: string | null; readonly method: string | null };
  /** The positional arguments of a method where they differ. */
  readonly parameters: (method: string) => readonly string[] | undefined;
  /** The call in the engine's names, and how to put its answer into the client's. */
  readonly call: (call: ModelCall) => { readonly call: ModelCall; readonly answer: (result: unknown) => unknown };
}

/** The user a key or password belongs to. */
export const userByKey = ({ running: { engine } }: Service, key: string): SeedUser | undefined => {
  const found = [...engine.credentials.values()].find(({ apiKey }) => apiKey === key);
  return found === undefined ? undefined : userOf(engine, found.id);
};

export const userByLogin = ({ running: { engine } }: Service, login: string, secret: string): SeedUser | undefined => {
  const found = [...engine.credentials.values()].find((user) => user.login === login);
  return found !== undefined && (secret === found.password || secret === found.apiKey)
    ? userOf(engine, found.id)
    : undefined;
};

export const userById = ({ running: { engine } }: Service, id: unknown, secret: unknown): SeedUser | undefined => {
  const found = typeof id === 'number' ? engine.credentials.get(id) : undefined;
  return found !== undefined && (secret === found.password || secret === found.apiKey)
    ? userOf(engine, found.id)
    : undefined;
};
