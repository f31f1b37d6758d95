import { SlipwayError } from '../base/errors.ts'
import { wide, wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import type { PixelFormat } from './image-codec.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { numbersIn } from './shared/elements.ts'

/**
 * The pixels of an image file as [height, width, channels]; what cannot be decoded gives an image without
 * pixels. The host of the run provides the codecs.
 */
export const imageDecoder = defineOp({
  name: 'ImageDecoder',
  since: [20],
  types: { T1: ['uint8'], T2: ['uint8'] },
  inputs: { encoded_stream: one('T1') },
  outputs: { image: one('T2') },
  attrs: { pixel_format: attr.oneOf(['RGB', 'BGR', 'Grayscale'], 'RGB') },
  infer: ({ encoded_stream: { shape } }, { pixel_format }, { freshDim }) => {
    if (shape && shape.length !== 1)
      refuse('encoded_stream must be a vector of bytes', `rank ${shape.length}`)
    return { image: tensorFact('uint8', [freshDim('height'), freshDim('width'), channelsOf(pixel_format)]) }
  },
  reference: ({ encoded_stream }, { pixel_format }, { decodeImage, checkElements }) => {
    if (!decodeImage) {
      throw new SlipwayError('SLP-O3', 'Cannot decode image: the run must be given a decoder, got none', {
        remedy: 'Pass the option decodeImage.',
      })
    }
    const channels = channelsOf(pixel_format)
    const image = decodeImage(Uint8Array.from(numbersIn(encoded_stream)), pixel_format)
    if (!image) return { image: wideZeros('uint8', [0, 0, channels]) }
    const { height, width, pixels } = image
    checkElements(height * width * channels)
    if (image.channels !== channels) refuseValue(`the decoder must give ${channels} channels`, image.channels)
    if (pixels.length !== height * width * channels)
      refuseValue(`the decoder must give ${height}x${width}x${channels} bytes`, pixels.length)
    return { image: wide('uint8', [height, width, channels], Float64Array.from(pixels)) }
  },
  gradient: notFloat,
  lower: { kind: 'host' },
})

const channelsOf = (format: PixelFormat): number => (format === 'Grayscale' ? 1 : 3)
