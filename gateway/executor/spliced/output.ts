const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): DataView => new DataView(buffer, byteOffset, byteLength);

/** ASCII that is written again and again. */
export interface Text {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export const textOf = (text: string): Text => {
  const bytes = Buffer.from(text, 'latin1');
  return { bytes, view: viewOf(bytes) };
};

/**
 * Where text is put together: bytes are copied to the end of what is there, four at a time.
 *
 * There is one for the whole process. What is written is written without a pause, and taken at the end; what has been
 * taken stays where it is, and the next text begins behind it.
 */
export class Output {
  /** Longer than `at` by at least `SPARE`, since copies may run over. */
  bytes: Buffer = Buffer.allocUnsafeSlow(CAPACITY);
  view: DataView = viewOf(this.bytes);
  at = 0;
  #start = 0;
  readonly #full: Buffer[] = [];

  /** Forgets what was not taken. */
  reset(): void {
    this.#start = this.at;
    this.#full.length = 0;
  }

  /** Makes room for so many bytes more. */
  reserve(length: number): void {
    if (this.at + length + SPARE > this.bytes.length) this.#makeRoom(length);
  }

  /** Bytes of an answer, from one index to before another. */
  copy(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    const length = to - from;
    if (length > LARGE) return this.#refer(bytes, from, to);
    this.reserve(length);
    const { view: into } = this;
    let at = this.at;
    this.at = at + length;
    const last = Math.min(to, view.byteLength - 3);
    let index = from;
    for (; index < last; index += 4, at += 4) into.setInt32(at, view.getInt32(index, true), true);
    for (; index < to; index++, at++) this.bytes[at] = bytes[index] as number;
  }

  put({ bytes, view }: Text): void {
    this.copy(bytes, view, 0, bytes.length);
  }

  text(text: string): void {
    this.reserve(3 * text.length);
    this.at += this.bytes.write(text, this.at);
  }

  /** What has been put together. */
  take(): readonly Buffer[] {
    this.#flush();
    return this.#full.splice(0);
  }

  /** Large pieces are not copied; they keep the answer they stand in alive until they are sent. */
  #refer(bytes: Uint8Array, from: number, to: number): void {
    this.#flush();
    this.#full.push(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from));
  }

  #makeRoom(length: number): void {
    this.#flush();
    this.bytes = Buffer.allocUnsafeSlow(Math.max(CAPACITY, length + SPARE));
    this.view = viewOf(this.bytes);
    this.at = 0;
    this.#start = 0;
  }

  #flush(): void {
    if (this.at > this.#start) this.#full.push(this.bytes.subarray(this.#start, this.at));
    this.#start = this.at;
  }
}

/** Larger pieces of memory come page by page from the system, which takes longer than to fill them. */
const CAPACITY = 64 * 1024;
const LARGE = 8 * 1024;
const SPARE = 4;

export const OUTPUT = new Output();
