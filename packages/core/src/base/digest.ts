/** A name of 128 bits for contents: equal bytes have equal ones, and others differ but by an accident nobody will see. */

export type Digest = readonly [number, number, number, number]

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

/** The digest of some bytes. It keeps accidents apart, not adversaries: whoever wants equal ones can make them. */
export function digest(bytes: Uint8Array): Digest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let [a, b, c, d] = [0x243f6a88, 0x85a308d3 | 0, 0x13198a2e, 0x03707344]
  const mix = (first: number, second: number, third: number, fourth: number): void => {
    a = (rotate(Math.imul(a ^ first, 0x9e3779b1), 15) + b) | 0
    b = (rotate(Math.imul(b ^ second, 0x85ebca77), 17) + c) | 0
    c = (rotate(Math.imul(c ^ third, 0xc2b2ae3d), 19) + d) | 0
    d = (rotate(Math.imul(d ^ fourth, 0x27d4eb2f), 13) + a) | 0
  }
  const whole = bytes.byteLength & ~15
  for (let i = 0; i < whole; i += 16)
    mix(
      view.getInt32(i, true),
      view.getInt32(i + 4, true),
      view.getInt32(i + 8, true),
      view.getInt32(i + 12, true),
    )
  const tail = new DataView(new ArrayBuffer(16))
  for (let i = whole; i < bytes.byteLength; i++) tail.setUint8(i - whole, bytes[i]!)
  mix(tail.getInt32(0, true), tail.getInt32(4, true), tail.getInt32(8, true), tail.getInt32(12, true))
  // The length tells a tail of zeros from none; the rounds behind it carry every bit to all words.
  for (let round = 0; round < 6; round++) mix(bytes.byteLength, bytes.byteLength / 2 ** 32, round, 0)
  return [a, b, c, d]
}

/** The digest as text. */
export function digestText(bytes: Uint8Array): string {
  return digest(bytes)
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('')
}
