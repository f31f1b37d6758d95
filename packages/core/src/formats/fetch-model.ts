/** Loads the bytes of a model from a URL as they come, and says how far it is. */
import { SlipwayError } from '../base/errors.ts'
import { defaultLimits } from '../base/limits.ts'

export interface FetchProgress {
  readonly loadedBytes: number
  /** Absent where the server does not say, or sends the file compressed. */
  readonly totalBytes: number | undefined
}

export interface FetchModelOptions {
  /** Told after each piece, and once at the start. Must not throw. */
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined
  /** Stops the transfer; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Most bytes to take; the limit of model files unless given. */
  readonly maxBytes?: number | undefined
  /** Headers of the request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * The bytes of a file on a web server. With a declared length they are written into one array once.
 *
 * @throws SLP-F8 where the server cannot be reached, does not answer with the file or breaks off, SLP-L1 over the
 * limit, and the signal's reason once it is aborted; all as rejections.
 */
export async function fetchModel(
  url: string | URL,
  { onProgress, signal, maxBytes = defaultLimits.fileBytes, headers = {} }: FetchModelOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await request(url, headers, signal)
  const totalBytes = declaredBytes(response)
  const file = growingArray(url, totalBytes, maxBytes)
  onProgress?.({ loadedBytes: 0, totalBytes })
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const piece = await reader?.read()
      if (!piece || piece.done) break
      file.append(piece.value)
      onProgress?.({ loadedBytes: file.length(), totalBytes })
    }
  } catch (error) {
    await reader?.cancel().catch(() => {})
    signal?.throwIfAborted()
    throw error instanceof SlipwayError ? error : unreachable(url, error)
  }
  return file.bytes()
}

async function request(
  url: string | URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { headers: { ...headers }, ...(signal && { signal }) })
  } catch (error) {
    signal?.throwIfAborted()
    throw unreachable(url, error)
  }
  if (response.ok) return response
  await response.body?.cancel()
  const { status, statusText } = response
  throw new SlipwayError('SLP-F8', `Cannot load ${url}: the server must send it, got ${status} ${statusText}`)
}

function unreachable(url: string | URL, cause: unknown): SlipwayError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SlipwayError('SLP-F8', `Cannot load ${url}: the server must be reachable, got ${reason}`, {
    cause,
  })
}

/** The length counts the bytes on the wire, so it says nothing of a file that is sent compressed. */
function declaredBytes({ headers }: Response): number | undefined {
  const encoding = headers.get('content-encoding') ?? 'identity'
  const length = headers.get('content-length')
  return length !== null && encoding === 'identity' && /^\d+$/.test(length) ? Number(length) : undefined
}

interface GrowingArray {
  append(piece: Uint8Array): void
  length(): number
  bytes(): Uint8Array<ArrayBuffer>
}

const firstBytes = 2 ** 20

/** Throws SLP-L1 before it holds more than the limit. */
function growingArray(url: string | URL, declared: number | undefined, maxBytes: number): GrowingArray {
  const check = (length: number) => {
    if (length > maxBytes)
      throw new SlipwayError('SLP-L1', `Cannot load ${url}: at most ${maxBytes} bytes, got ${length} or more`)
  }
  check(declared ?? 0)
  let buffer = new Uint8Array(declared ?? firstBytes)
  let length = 0
  return {
    append(piece) {
      const end = length + piece.length
      check(end)
      if (end > buffer.length) {
        const larger = new Uint8Array(Math.max(end, 2 * buffer.length))
        larger.set(buffer.subarray(0, length))
        buffer = larger
      }
      buffer.set(piece, length)
      length = end
    },
    length: () => length,
    bytes: () => (length === buffer.length ? buffer : buffer.slice(0, length)),
  }
}
