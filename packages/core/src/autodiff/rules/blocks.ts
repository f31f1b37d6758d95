/** Gradients of operators that rearrange blocks of images and parts of sequences. */

import { elementCount, forEachIndex, stridesOf } from '../../base/shape.ts'
import { tensor } from '../../base/tensor.ts'
import { col2im } from '../../ops/col2im.ts'
import { depthToSpace } from '../../ops/depth-to-space.ts'
import { reverseSequence } from '../../ops/reverse-sequence.ts'
import { fullWindowSpec } from '../../ops/shared/window.ts'
import { spaceToDepth } from '../../ops/space-to-depth.ts'
import { knownIntegers } from '../known.ts'
import { defineGradient } from '../rule.ts'

export const depthToSpaceGradient = defineGradient(
  depthToSpace,
  ({ b, attrs: { blocksize, mode }, gradients: { output } }) => ({
    input: b.node('SpaceToDepth', [output], { blocksize, mode }),
  }),
)

export const spaceToDepthGradient = defineGradient(
  spaceToDepth,
  ({ b, attrs: { blocksize, mode }, gradients: { output } }) => ({
    input: b.node('DepthToSpace', [output], { blocksize, mode }),
  }),
)

/** What is reversed twice is as before. */
export const reverseSequenceGradient = defineGradient(
  reverseSequence,
  ({ b, inputs: { sequence_lens }, attrs, gradients: { Y } }) => ({
    input: b.node('ReverseSequence', [Y, sequence_lens], { ...attrs }),
  }),
)

/** Each column takes back what it added to the image: the blocks are read from it, padded. */
export const col2imGradient = defineGradient(
  col2im,
  ({ b, m, inputs: { input, image_shape, block_shape }, attrs, gradients: { output } }) => {
    const [image, block] = [knownIntegers(b, image_shape), knownIntegers(b, block_shape)]
    const { strides, dilations, padBegin, padEnd } = fullWindowSpec(image.length, attrs)
    const rank = image.length
    const padded = image.map((size, i) => size + padBegin[i]! + padEnd[i]!)
    const counts = padded.map(
      (size, i) => Math.floor((size - dilations[i]! * (block[i]! - 1) - 1) / strides[i]!) + 1,
    )
    const weight = stridesOf(padded)
    const places = new BigInt64Array(elementCount([...block, ...counts]))
    forEachIndex([...block, ...counts], (index, at) => {
      const offset = (i: number) => index[i]! * dilations[i]! + index[rank + i]! * strides[i]!
      places[at] = BigInt(padded.reduce((sum, _, i) => sum + offset(i) * weight[i]!, 0))
    })
    const around = [0, 0, ...padBegin, 0, 0, ...padEnd]
    const whole = around.every((pad) => pad === 0) ? output : b.node('Pad', [output, m.ints(around)])
    const flat = m.reshape(whole, [0, 0, -1])
    const picked = b.node('Gather', [flat, b.constant(tensor('int64', [places.length], places))], { axis: 2 })
    return { input: m.reshapeLike(picked, input) }
  },
)
