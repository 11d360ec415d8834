/** Bytes of the header of a message of DNS (RFC 1035, 4.1.1). */
const HEADER = 12;

/** Returns the names that a message asks a server of DNS for, with what stands behind its length in a stream; none for other bytes. */
export function dnsNames(bytes: Buffer): string[] {
  for (const start of [HEADER, HEADER + 2]) {
    const labels: string[] = [];
    let at = start;
    for (;;) {
      const length = bytes[at];
      if (length === undefined || length > 63) break;
      if (length === 0) return labels.length === 0 ? [] : [labels.join('.')];
      labels.push(bytes.subarray(at + 1, at + 1 + length).toString('latin1'));
      at += 1 + length;
    }
  }
  return [];
}
