/** Elements of fewer than eight bits in a byte array, lowest bits first (onnx.proto, TensorProto.raw_data). */

/** The bit pattern of element `index`; an element of 6 bits may straddle two bytes. */
export function getPacked(bytes: Uint8Array, bits: number, index: number): number {
  const at = index * bits
  const byte = at >> 3
  const word = bytes[byte]! | ((bytes[byte + 1] ?? 0) << 8)
  return (word >> (at & 7)) & ((1 << bits) - 1)
}

/** Writes the bit pattern of element `index`, which must be zero before. */
export function setPacked(bytes: Uint8Array, bits: number, index: number, pattern: number): void {
  const at = index * bits
  const byte = at >> 3
  const word = pattern << (at & 7)
  bytes[byte] = bytes[byte]! | (word & 0xff)
  if (word > 0xff) bytes[byte + 1] = bytes[byte + 1]! | (word >> 8)
}
