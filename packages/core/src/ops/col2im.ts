import { type Dim, floorDivDims, productOfDims } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import { lanesOf, type WideTensor, widen, wideZeros } from '../base/wide.ts'
import { spreadKernel } from '../kernel/conv/spread-kernel.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { numbersOf, tensorFact, valuesOf } from './fact.ts'
import { spreadArgs } from './lower/conv-transpose.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { requireShape, requireSize } from './shared/require.ts'
import { tapsOf } from './shared/taps.ts'
import { fullWindowSpec, windowAxes, windowDims } from './shared/window.ts'
import { tensorsIr4 } from './types.ts'

/**
 * Adds up the blocks of an image, given as columns [batch, channels * block, blocks], where they came from.
 */
export const col2im = defineOp({
  name: 'Col2Im',
  since: [18],
  types: { T: tensorsIr4 },
  inputs: { input: one('T'), image_shape: one('int64'), block_shape: one('int64') },
  outputs: { output: one('T') },
  attrs: { strides: attr.optional.ints(), pads: attr.optional.ints(), dilations: attr.optional.ints() },
  infer: ({ input, image_shape, block_shape }, attrs, { freshDim }) => {
    if (input.dtype === 'string') refuse('input must be numeric', input.dtype)
    requireShape('input', input, [undefined, undefined, undefined])
    const image = valuesOf(image_shape)
    const block = valuesOf(block_shape)
    const { strides, dilations, pads } = attrs
    const rank = [
      image?.length,
      block?.length,
      image_shape.shape?.[0],
      block_shape.shape?.[0],
      strides?.length,
      dilations?.length,
      pads && pads.length / 2,
    ].find((length) => typeof length === 'number')
    if (typeof rank !== 'number') return { output: tensorFact(input.dtype, undefined) }
    requireShape('image_shape', image_shape, [rank])
    requireShape('block_shape', block_shape, [rank])
    fullWindowSpec(rank, attrs)
    if (image && block) {
      requireSize(
        'the blocks of input',
        input.shape?.[2],
        productOfDims(windowDims(image, block, attrs, freshDim)),
      )
    }
    const sizes = image ?? Array.from({ length: rank }, (): Dim => freshDim('size'))
    const columns = input.shape?.[1]
    const taps = numbersOf(block_shape)
    const channels =
      columns !== undefined && taps ? floorDivDims(columns, elementCount(taps)) : freshDim('channels')
    return { output: tensorFact(input.dtype, [input.shape?.[0] ?? freshDim('batch'), channels, ...sizes]) }
  },
  reference: ({ input, image_shape, block_shape }, attrs, { checkElements }) => {
    const [image, block] = [integersOf(image_shape), integersOf(block_shape)]
    const taps = tapsOf(windowAxes(image, block, attrs))
    const [batch, columns, blocks] = input.shape as readonly [number, number, number] // infer checked the rank
    if (columns % taps.length !== 0) refuseValue(`size 1 of input must divide by ${taps.length}`, columns)
    const shape = [batch, columns / taps.length, ...image]
    checkElements(elementCount(shape))
    const output = wideZeros(input.dtype, shape)
    const plane = elementCount(image)
    for (let channel = 0; channel < batch * (columns / taps.length); channel++) {
      for (const { kernel, runs, stride } of taps) {
        const column = (channel * taps.length + kernel) * blocks
        for (let r = 0; r < runs.length; r += 3) {
          for (let i = 0; i < runs[r + 2]!; i++) {
            addElement(input, column + runs[r]! + i, output, channel * plane + runs[r + 1]! + i * stride)
          }
        }
      }
    }
    return { output }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit({ input, image_shape, block_shape }, { output }, attrs, context) {
      if (input.dtype !== 'float32') return `dtype ${input.dtype}`
      if (!image_shape.constant || !block_shape.constant) return 'sizes of a run'
      const [image, block] = [image_shape.constant, block_shape.constant].map((x) => integersOf(widen(x)))
      if (image!.length > 3) return `${image!.length} spatial axes`
      if (elementCount(output.shape) === 0) return undefined
      const axes = windowAxes(image!, block!, attrs)
      const [batch, channels] = output.shape as readonly [number, number] // infer gives two axes and those of the image
      const args = { x: input.at, y: output.at, bias: undefined, channels, ...spreadArgs(axes) }
      context.call(spreadKernel(axes.at(-1)!.stride, undefined), args, batch * channels)
      return undefined
    },
  },
})

/** Adds one element to another, whatever the numeric dtype. */
function addElement(from: WideTensor, source: number, to: WideTensor, target: number): void {
  const lanes = lanesOf(from.dtype)
  for (let lane = 0; lane < lanes; lane++) {
    const [at, value] = [target * lanes + lane, from.data[source * lanes + lane]!]
    if (to.data instanceof Float64Array) to.data[at] = to.data[at]! + Number(value)
    else if (!Array.isArray(to.data)) to.data[at] = to.data[at]! + BigInt(value)
  }
}
