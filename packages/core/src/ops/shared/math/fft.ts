/**
 * The discrete Fourier transform of any length in O(n log n): radix 2 for powers of two, and Bluestein's chirp
 * transform (1970) for other lengths, which turns them into a convolution of a power of two.
 */

/** X[k] = Σ x[j] exp(∓2πi jk / n), in place; the sign is minus unless inverse. Nothing is divided by n. */
export type Fourier = (re: Float64Array, im: Float64Array, inverse?: boolean) => void

/** The transform of sequences of `n` numbers, n ≥ 1. */
export function fourier(n: number): Fourier {
  const forward = (n & (n - 1)) === 0 ? radix2(n) : bluestein(n)
  // Swapping the parts conjugates and multiplies by i, before and after, which turns the sign of the exponent.
  return (re, im, inverse = false) => (inverse ? forward(im, re) : forward(re, im))
}

function radix2(n: number): (re: Float64Array, im: Float64Array) => void {
  const half = n / 2
  const cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / n))
  const sin = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / n))
  return (re, im) => {
    reverseBits(re, im, n)
    for (let size = 2; size <= n; size *= 2) {
      const step = n / size
      for (let start = 0; start < n; start += size) {
        for (let k = 0; k < size / 2; k++) {
          const [c, s] = [cos[k * step]!, sin[k * step]!]
          const [low, high] = [start + k, start + k + size / 2]
          const real = re[high]! * c + im[high]! * s
          const imaginary = im[high]! * c - re[high]! * s
          re[high] = re[low]! - real
          im[high] = im[low]! - imaginary
          re[low] = re[low]! + real
          im[low] = im[low]! + imaginary
        }
      }
    }
  }
}

/** Puts element i where the mirrored bits of i say. */
function reverseBits(re: Float64Array, im: Float64Array, n: number): void {
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i >= j) continue
    const [real, imaginary] = [re[i]!, im[i]!]
    re[i] = re[j]!
    im[i] = im[j]!
    re[j] = real
    im[j] = imaginary
  }
}

/** jk = (j² + k² - (k - j)²) / 2 makes the sum a convolution with the chirp exp(πi j² / n). */
function bluestein(n: number): (re: Float64Array, im: Float64Array) => void {
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1))
  const transform = fourier(size)
  // The chirp has period 2n in j², which keeps the angle small and exact.
  const angle = (j: number) => (Math.PI * ((j * j) % (2 * n))) / n
  const cos = Float64Array.from({ length: n }, (_, j) => Math.cos(angle(j)))
  const sin = Float64Array.from({ length: n }, (_, j) => Math.sin(angle(j)))
  const [chirpRe, chirpIm] = [new Float64Array(size), new Float64Array(size)]
  for (let j = 0; j < n; j++) {
    for (const at of [j, (size - j) % size]) {
      chirpRe[at] = cos[j]!
      chirpIm[at] = sin[j]!
    }
  }
  transform(chirpRe, chirpIm)
  const [a, b] = [new Float64Array(size), new Float64Array(size)]
  return (re, im) => {
    a.fill(0)
    b.fill(0)
    for (let j = 0; j < n; j++) {
      a[j] = re[j]! * cos[j]! + im[j]! * sin[j]!
      b[j] = im[j]! * cos[j]! - re[j]! * sin[j]!
    }
    transform(a, b)
    for (let j = 0; j < size; j++) {
      const real = a[j]! * chirpRe[j]! - b[j]! * chirpIm[j]!
      b[j] = a[j]! * chirpIm[j]! + b[j]! * chirpRe[j]!
      a[j] = real
    }
    transform(a, b, true)
    for (let k = 0; k < n; k++) {
      re[k] = (a[k]! * cos[k]! + b[k]! * sin[k]!) / size
      im[k] = (b[k]! * cos[k]! - a[k]! * sin[k]!) / size
    }
  }
}
