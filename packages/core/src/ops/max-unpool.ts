import { addDims, type Dim, mulDims, subDims } from '../base/dim.ts'
import { elementCount, type Shape, stridesOf } from '../base/shape.ts'
import { elementBytes } from '../kernel/move/element.ts'
import { putAtPositions } from '../kernel/move/unpool.ts'
import { type Attrs, attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { elementTable, emitFill } from './lower/fill.ts'
import { unmovable } from './lower/move.ts'
import { maybe, one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { floatsOf, floatZeros, integersOf } from './shared/elements.ts'
import { requireShape } from './shared/require.ts'
import { fullWindowSpec } from './shared/window.ts'
import { floats } from './types.ts'

const attrs = {
  kernel_shape: attr.required.ints(),
  pads: attr.optional.ints(),
  strides: attr.optional.ints(),
}

/**
 * Puts the maxima of a MaxPool back where its indices say, among zeros; output_shape only adds zeros at the
 * ends.
 */
export const maxUnpool = defineOp({
  name: 'MaxUnpool',
  since: [9, 11, 22],
  types: { T1: floats, T2: ['int64'] },
  inputs: { X: one('T1'), I: one('T2'), output_shape: maybe('T2') },
  outputs: { output: one('T1') },
  attrs,
  infer: ({ X, I, output_shape }, attrs, { freshDim }) => {
    const rank = attrs.kernel_shape.length + 2
    requireShape('X', X, new Array<undefined>(rank).fill(undefined))
    requireShape('I', I, X.shape ?? new Array<undefined>(rank).fill(undefined))
    requireShape('output_shape', output_shape, [rank])
    if (output_shape) {
      const sizes = valuesOf(output_shape) ?? Array.from({ length: rank }, () => freshDim('size'))
      return { output: tensorFact(X.dtype, sizes) }
    }
    return {
      output: tensorFact(
        X.dtype,
        pooledFrom(X, attrs) ?? Array.from({ length: rank }, () => freshDim('size')),
      ),
    }
  },
  reference: ({ X, I, output_shape }, attrs, { checkElements }) => {
    const natural = pooledFrom(tensorFact(X.dtype, X.shape), attrs)!.map(Number)
    const shape = output_shape ? integersOf(output_shape) : natural
    if (shape.some((size, axis) => size < natural[axis]!)) {
      refuseValue(`output_shape must be at least [${natural}]`, shape)
    }
    checkElements(elementCount(shape))
    const { tensor, data } = floatZeros(X.dtype, shape)
    const x = floatsOf(X)
    const count = elementCount(natural)
    integersOf(I).forEach((index, i) => {
      if (index < 0 || index >= count) refuseValue(`I must lie in [0, ${count - 1}]`, index)
      data[moved(index, natural, shape)] = x[i]!
    })
    return { output: tensor }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ X, I }, { output }, spec, context) => {
      const bytes = elementBytes(X.dtype)
      if (!bytes) return unmovable(X)
      const within = pooledFrom(tensorFact(X.dtype, X.shape), spec)!.map(Number)
      if (output.shape.some((size, axis) => size < within[axis]!)) return 'an output that is too small'
      emitFill(elementTable(context, X.dtype, 0), output, context)
      putAtPositions(context, {
        from: X.at,
        positions: I.at,
        count: elementCount(X.shape),
        within,
        shape: output.shape,
        to: output.at,
        elementBytes: bytes,
      })
      return undefined
    },
  },
})

/** The smallest shape that a MaxPool with these attributes turns into that of X. */
export function pooledFrom(X: TensorFact, { kernel_shape, ...spec }: Attrs<typeof attrs>): Dim[] | undefined {
  const { strides, padBegin, padEnd } = fullWindowSpec(kernel_shape.length, spec)
  return X.shape?.map((size, axis) => {
    const at = axis - 2
    if (at < 0) return size
    const span = addDims(mulDims(subDims(size, 1), strides[at]!), kernel_shape[at]!)
    const cut = subDims(span, padBegin[at]! + padEnd[at]!)
    return typeof cut === 'number' && cut < 0 ? refuse('pads must not exceed the output', spec.pads) : cut
  })
}

/** The linear index in `to` of what lies at `index` in `from`, a corner of it. */
function moved(index: number, from: Shape, to: Shape): number {
  const [strides, targets] = [stridesOf(from), stridesOf(to)]
  return from.reduce(
    (sum, size, axis) => sum + (Math.floor(index / strides[axis]!) % size) * targets[axis]!,
    0,
  )
}
