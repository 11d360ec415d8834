/**
 * Operating system strings on the wire: a byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte (PEP 383),
 * which JSON can carry and which no UTF-8 text contains. See engine/shim/src/json.rs.
 */

/** With the `u` flag, this matches lone surrogates only, never half of a pair. */
const rawByte = /[\udc80-\udcff]/u;

/** Returns true when the string holds raw bytes, so that Node's file functions cannot take it as a path. */
export function hasRawBytes(text: string): boolean {
  return rawByte.test(text);
}

/** Returns the bytes that a string from the wire stands for. */
export function bytesOf(text: string): Buffer {
  if (!hasRawBytes(text)) return Buffer.from(text);
  const parts: Buffer[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0xd800 && code <= 0xdbff) {
      index++;
    } else if (code >= 0xdc80 && code <= 0xdcff) {
      parts.push(Buffer.from(text.slice(start, index)), Buffer.from([code & 0xff]));
      start = index + 1;
    }
  }
  parts.push(Buffer.from(text.slice(start)));
  return Buffer.concat(parts);
}
