/** What a host offers ImageDecoder: the core has no codecs of its own. */

export type PixelFormat = 'RGB' | 'BGR' | 'Grayscale'

export interface DecodedImage {
  readonly height: number
  readonly width: number
  /** 3, or 1 for Grayscale. */
  readonly channels: number
  /** Rows from the top, pixels from the left, channels innermost in the order of the pixel format. */
  readonly pixels: Uint8Array
}

/** An image file as pixels; undefined for bytes that are no image of a known format. */
export type DecodeImage = (bytes: Uint8Array, pixelFormat: PixelFormat) => DecodedImage | undefined
