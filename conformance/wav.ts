/** Reads 16-bit PCM recordings with one channel. */
export interface Recording {
  /** In [-1, 1). */
  readonly samples: Float32Array
  readonly sampleRate: number
}

/** Walks the RIFF chunks; throws for any other kind of recording. */
export function readWav(bytes: Uint8Array): Recording {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  let sampleRate = 0
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true)
    const body = at + 8
    if (tag(at) === 'fmt ') {
      const [format, channels, bits] = [
        view.getUint16(body, true),
        view.getUint16(body + 2, true),
        view.getUint16(body + 14, true),
      ]
      if (format !== 1 || channels !== 1 || bits !== 16)
        throw new Error(`not 16-bit mono PCM: ${format}, ${channels}, ${bits}`)
      sampleRate = view.getUint32(body + 4, true)
    } else if (tag(at) === 'data') {
      const count = Math.min(size, bytes.length - body) / 2
      return {
        sampleRate,
        samples: Float32Array.from({ length: count }, (_, i) => view.getInt16(body + 2 * i, true) / 32768),
      }
    }
    at = body + size + (size % 2)
  }
  throw new Error('the recording has no samples')
}
