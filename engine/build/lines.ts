/** Splits a stream of bytes into lines at line feeds only, wherever its chunks end. */
export class Lines {
  #parts: Buffer[] = [];
  #length = 0;

  /** Number of bytes of the last line, whose end has not arrived yet. */
  get pending(): number {
    return this.#length;
  }

  /** Takes a chunk and returns the lines that end in it, without their line feeds. */
  add(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      lines.push(Buffer.concat([...this.#parts, chunk.subarray(start, end)]));
      this.#parts = [];
      this.#length = 0;
      start = end + 1;
    }
    if (start < chunk.length) this.#parts.push(chunk.subarray(start));
    this.#length += chunk.length - start;
    return lines;
  }

  /** Returns the last line when the stream has ended; undefined when the stream ended with a line feed. */
  end(): Buffer | undefined {
    return this.#length === 0 ? undefined : this.add(Buffer.from('\n'))[0];
  }
}
