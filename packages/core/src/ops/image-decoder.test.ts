import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { type AttributesInit, graphBuilder } from '../ir/builder.ts'
import { interpret } from '../reference/interpret.ts'
import { difference } from '../testing/close.ts'
import { flat, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import type { DecodeImage } from './image-codec.ts'
import { imageDecoder } from './image-decoder.ts'

/** A format of one byte each for height and width, then the channels of every pixel as they are. */
const plain: DecodeImage = (bytes, pixelFormat) => {
  const [height, width] = bytes
  if (height === undefined || width === undefined) return undefined
  return { height, width, channels: pixelFormat === 'Grayscale' ? 1 : 3, pixels: bytes.slice(2) }
}

function decode(bytes: readonly number[], decodeImage: DecodeImage, attrs: AttributesInit = {}) {
  const b = graphBuilder()
  const x = b.input('x', tensorType('uint8', [bytes.length]))
  const y = b.node('ImageDecoder', [x], attrs)
  const given: Tensor = tensor('uint8', [bytes.length], Uint8Array.from(bytes))
  return interpret(b.build([y]), new Map([[x, given]]), { decodeImage }).get(y)!
}

describe('ImageDecoder with a decoder', () => {
  it('gives rows of pixels', () => {
    const image = decode([1, 2, 1, 2, 3, 4, 5, 6], plain)
    expect(
      difference(
        image,
        u8([
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ]),
      ),
    ).toBeUndefined()
  })
  it('passes the pixel format on', () => {
    expect(
      difference(decode([1, 2, 7, 8], plain, { pixel_format: 'Grayscale' }), u8([[[7], [8]]])),
    ).toBeUndefined()
  })
  it('gives an image without pixels for what is no image', () => {
    expect(difference(decode([1], plain), flat('uint8', [0, 0, 3], []))).toBeUndefined()
  })
  it('refuses a decoder that contradicts itself', () => {
    expect(() => decode([1, 2, 3], plain)).toThrow('the decoder must give 1x2x3 bytes, got 1')
    expect(() => decode([1, 1, 9], (bytes) => plain(bytes, 'Grayscale'))).toThrow(
      'must give 3 channels, got 1',
    )
  })
})

opTest(imageDecoder, {
  cases: [],
  symbolic: [
    {
      name: 'knows rank and channels',
      inputs: { encoded_stream: 'uint8[N]' },
      outputs: ['uint8[node.height,node.width1,3]'],
    },
    {
      name: 'has one channel for grey',
      inputs: { encoded_stream: 'uint8[N]' },
      attrs: { pixel_format: 'Grayscale' },
      outputs: ['uint8[node.height,node.width1,1]'],
    },
  ],
  invalid: [
    {
      name: 'a run without a decoder',
      inputs: { encoded_stream: u8([1]) },
      code: 'SLP-O3',
      message: /must be given a decoder, got none .*\. Pass the option decodeImage/,
    },
    { name: 'a matrix', inputs: { encoded_stream: u8([[1]]) }, code: 'SLP-O2', message: 'a vector of bytes' },
  ],
})
