/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011). The i-th number depends on the key and i only, so streams are resumable and independent of order.
 */
export interface RandomStream {
  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number
  /** Standard normal (Box-Muller). */
  normal(): number
}

const mul0 = 0xd2511f53
const mul1 = 0xcd9e8d57

/** The upper half of the product of two 32-bit numbers, from products of halves that are exact. */
function mulHigh(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16]
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return aHigh * bHigh + (middle >>> 16) + (carry >>> 16)
}

/** Four 32-bit words of the block `counter` under a two-word key. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): number[] {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(mul0, c0)
    const high1 = mulHigh(mul1, c2)
    const low0 = Math.imul(mul0, c0) >>> 0
    const low1 = Math.imul(mul1, c2) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  return [c0, c1, c2, c3]
}

/** A stream named by a seed (any number) and a stream number (a node's, for instance). */
export function randomStream(seed: number, stream = 0): RandomStream {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, seed)
  const key = [bits.getUint32(4), bits.getUint32(0)] as const
  let block = 0
  let words: number[] = []
  const next = (): number => {
    if (words.length === 0) {
      words = philox([block >>> 0, Math.floor(block / 2 ** 32), stream >>> 0, 0], key)
      block += 1
    }
    return words.pop()!
  }
  const uniform = (): number => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}
