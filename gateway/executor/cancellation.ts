/**
 * Tells whoever works for a request that its answer is of no use any more.
 *
 * Every request has one, and nearly none is ever cancelled. An AbortSignal and its listeners take longer to make than the
 * rest of a small request, so one is made only for code that needs one.
 */
export class Cancellation {
  #isCancelled = false;
  #controller: AbortController | undefined;
  readonly #listeners = new Set<() => void>();

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** The same for the platform's own interfaces. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isCancelled) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Calls the listener once, at the end; a listener of what has been cancelled is called at once. */
  onCancel(listener: () => void): void {
    if (this.#isCancelled) listener();
    else this.#listeners.add(listener);
  }

  offCancel(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#controller?.abort();
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
