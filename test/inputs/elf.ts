/** Changes bytes of an ELF64 little-endian object (ELF gABI), so that it lies about itself. */
export class Elf {
  readonly bytes: Buffer<ArrayBuffer>;

  constructor(bytes: Buffer) {
    this.bytes = Buffer.from(bytes);
  }

  private header(index: number): number {
    return Number(this.bytes.readBigUInt64LE(40)) + 64 * index;
  }

  private nameOf(index: number): string {
    const names = this.header(this.bytes.readUInt16LE(62));
    const start =
      Number(this.bytes.readBigUInt64LE(names + 24)) + this.bytes.readUInt32LE(this.header(index));
    return this.bytes.toString('latin1', start, this.bytes.indexOf(0, start));
  }

  /** Offset of the section header with this name. */
  section(name: string): number {
    for (let i = 0; i < this.bytes.readUInt16LE(60); i++)
      if (this.nameOf(i) === name) return this.header(i);
    throw new Error(`no section ${name}`);
  }

  /** Offset in the file of a section's content. */
  content(name: string): number {
    return Number(this.bytes.readBigUInt64LE(this.section(name) + 24));
  }

  u64(offset: number, value: bigint): Buffer {
    this.bytes.writeBigUInt64LE(value, offset);
    return this.bytes;
  }

  u32(offset: number, value: number): Buffer {
    this.bytes.writeUInt32LE(value, offset);
    return this.bytes;
  }

  u16(offset: number, value: number): Buffer {
    this.bytes.writeUInt16LE(value, offset);
    return this.bytes;
  }
}

/** An archive (ar, GNU) of these members. */
export function archive(members: Readonly<Record<string, Buffer>>): Buffer {
  const parts: Buffer[] = [Buffer.from('!<arch>\n')];
  for (const [name, content] of Object.entries(members)) {
    const header = `${`${name}/`.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
    parts.push(Buffer.from(header, 'latin1'), content);
    if (content.length % 2 === 1) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}
