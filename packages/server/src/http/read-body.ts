/** The body of a request, within bounds: its bytes, its chunks, and what it decompresses to. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { SlipwayError } from '@slipway/core'

/** `deflate` means a zlib stream, as the protocol's clients send it. */
const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
} as const

/**
 * @throws SLP-R4 for data that cannot be decompressed, SLP-R5 over the limit before or after decompression, SLP-R6 for
 * an unknown encoding, SLP-S7 where the client goes away or the signal is aborted.
 */
export async function readBody(
  request: BodySource,
  limitBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { headers } = request
  const announced = headers['content-length']
  if (announced === undefined && headers['transfer-encoding'] === undefined) return nothing
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity'
  if (encoding !== 'identity' && !isKnown(encoding)) {
    const rule = 'content encoding must be gzip, deflate or identity'
    throw new SlipwayError(
      'SLP-R6',
      `Cannot read request: ${rule}, got ${JSON.stringify(encoding.slice(0, 100))}`,
    )
  }
  if (Number(announced) > limitBytes) throw tooLarge(limitBytes)
  // What came in one piece with the head is here by the next microtask.
  if (request.readableLength === 0) await undefined
  const isHere = request.readableLength === Number(announced)
  const bytes = isHere ? takeAll(request) : await collect(request, limitBytes, signal)
  return encoding === 'identity' ? bytes : decompress(bytes, encoding, limitBytes)
}

/** The body of a request as Node gives it, and the headers that describe it. */
type BodySource = Readable & Pick<IncomingMessage, 'headers'>

const nothing = new Uint8Array()

/** Without the machinery of a stream, which costs more than all else that a small body needs. */
function takeAll(request: BodySource): Uint8Array {
  const bytes: Uint8Array | null = request.read()
  // Only a stream that flows comes to its end.
  request.resume()
  return bytes ?? nothing
}

type Encoding = keyof typeof decoders

const isKnown = (encoding: string): encoding is Encoding => Object.hasOwn(decoders, encoding)

async function decompress(bytes: Uint8Array, encoding: Encoding, limitBytes: number): Promise<Uint8Array> {
  try {
    return await decoders[encoding](bytes, { maxOutputLength: limitBytes })
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(limitBytes)
    throw new SlipwayError(
      'SLP-R4',
      `Cannot read request: its body must be ${encoding} data, got something else`,
      { cause },
    )
  }
}

/** So many chunks may be as small as they like; a body of more must not consist of crumbs. */
const freeChunks = 10_000
const leastChunkBytes = 256

function collect(stream: BodySource, limitBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let total = 0
    const settle = (act: () => void) => {
      // The stream is left open, so that the answer can still be sent over its socket.
      stream.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onData = (chunk: Uint8Array) => {
      chunks.push(chunk)
      total += chunk.length
      const crumbs = chunks.length > freeChunks && total / chunks.length < leastChunkBytes
      if (total > limitBytes) settle(() => reject(tooLarge(limitBytes)))
      else if (crumbs)
        settle(() => reject(new SlipwayError('SLP-R5', 'Cannot read request: it has too many chunks')))
    }
    const onEnd = () => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, total)))
    const onGone = (cause?: unknown) =>
      settle(() => reject(new SlipwayError('SLP-S7', 'Cannot read request: it was broken off', { cause })))
    const onAbort = () => onGone(signal.reason)
    signal.addEventListener('abort', onAbort)
    stream.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
    if (signal.aborted) onAbort()
  })
}

function tooLarge(limitBytes: number): SlipwayError {
  return new SlipwayError('SLP-R5', `Cannot read request: its body may have ${limitBytes} bytes, got more`)
}
