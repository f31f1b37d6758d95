/** The gradient of sampling an image at fractional positions. */
import { dtypeInfo } from '../../base/dtype.ts'
import { stridesOf } from '../../base/shape.ts'
import { gridSample } from '../../ops/grid-sample.ts'
import type { PaddingMode } from '../../ops/shared/resize/grid.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import { knownSize, unsupported } from '../known.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

/** An element that a position reads along one axis: [N, points] each. */
interface Tap {
  /** A whole number of floating point, within the axis. */
  readonly index: string
  readonly weight: string
  /** The derivative of the weight by the position in the grid. */
  readonly slope: string | undefined
}

/** An element of the image that a point reads, the product of one tap per axis. */
interface Corner {
  readonly index: string
  readonly weight: string
  readonly slopes: readonly (string | undefined)[]
}

/**
 * Of the modes linear and nearest. By the image: every point adds its share to the elements that it reads. By the grid:
 * the slopes of their weights times the elements; nearest has none.
 */
export const gridSampleGradient = defineGradient(
  gridSample,
  ({ b, m, inputs: { X, grid }, attrs, gradients: { Y }, wants }) => {
    const { mode, padding_mode: padding, align_corners } = attrs
    if (mode === 'cubic') unsupported('GridSample', 'mode must be linear or nearest', mode)
    const rank = b.shape(X).length - 2
    const sizes = Array.from({ length: rank }, (_, i) => knownSize(b, 'GridSample', X, i + 2))
    const [image, gradient] = [m.reshape(X, [0, 0, -1]), m.reshape(Y, [0, 0, -1])]
    const positions = m.castLike(m.reshape(grid, [0, -1, rank]), Y)
    const axes = sizes.map((size, axis) => {
      const at = b.node('Gather', [positions, b.literal('int64', rank - 1 - axis)], { axis: 2 })
      return tapsOf(b, m, at, { size, padding, align: align_corners === 1, isNearest: mode === 'nearest' })
    })
    const corners = cornersOf(m, axes, sizes)
    const places = corners.map(({ index }) => place(b, m, index, gradient))
    const spread = () => {
      const updates = corners.map(({ weight }) => m.mul(gradient, m.unsqueeze(weight, [1])))
      const joined = [places, updates].map((list) => b.node('Concat', [...list], { axis: 2 }))
      const sum = b.node('ScatterElements', [m.fullLike(image, 0), ...joined], { axis: 2, reduction: 'add' })
      return m.reshapeLike(sum, X)
    }
    const byGrid = () => {
      const reads = places.map((index) =>
        m.sum(m.mul(gradient, b.node('GatherElements', [image, index], { axis: 2 })), [1], false),
      )
      const parts = sizes.map((_, axis) =>
        corners.map(({ slopes }, i) => m.mul(reads[i]!, slopes[axis]!)).reduce((p, q) => m.add(p, q)),
      )
      const columns = parts.reverse().map((part) => m.unsqueeze(part, [2]))
      return m.castLike(m.reshapeLike(b.node('Concat', columns, { axis: 2 }), grid), grid)
    }
    return {
      X: wants('X') ? spread() : undefined,
      grid: wants('grid') && mode === 'linear' ? byGrid() : undefined,
    }
  },
)

/** Indices for every channel. */
function place(b: TypedBuilder, m: Maths, index: string, gradient: string): string {
  const whole = b.node('Cast', [m.unsqueeze(index, [1])], { to: dtypeInfo('int64').code })
  return m.expandLike(whole, gradient)
}

interface Axis {
  readonly size: number
  readonly padding: PaddingMode
  readonly align: boolean
  readonly isNearest: boolean
}

function tapsOf(b: TypedBuilder, m: Maths, at: string, axis: Axis): readonly Tap[] {
  const { size, padding, align, isNearest } = axis
  // -1 and 1 are the centres of the outer elements, or their outer edges.
  const factor = align ? (size - 1) / 2 : size / 2
  const exact = m.add(m.mul(at, factor), (size - 1) / 2)
  const position = isNearest ? b.node('Round', [exact]) : exact
  const bent = padding === 'reflection' ? reflected(b, m, position, axis) : { x: position, sign: undefined }
  if (isNearest) return [resolved(b, m, bent.x, { weight: m.fullLike(at, 1), slope: undefined }, axis)]
  const first = b.node('Floor', [bent.x])
  const share = m.sub(bent.x, first)
  const slope = bent.sign ? m.mul(bent.sign, factor) : m.fullLike(at, factor)
  return [
    resolved(b, m, first, { weight: m.sub(1, share), slope: m.neg(slope) }, axis),
    resolved(b, m, m.add(first, 1), { weight: share, slope }, axis),
  ]
}

/** The element that stands for one outside, or weights of 0. */
function resolved(
  b: TypedBuilder,
  m: Maths,
  index: string,
  tap: Pick<Tap, 'weight' | 'slope'>,
  axis: Axis,
): Tap {
  const last = axis.size - 1
  const held = (x: string) => {
    const limits = [0, last].map((limit) => b.literal(b.dtype(x), limit))
    return b.node('Clip', [x, ...limits])
  }
  if (axis.padding === 'border') return { index: held(index), ...tap }
  if (axis.padding === 'reflection') {
    const { x } = reflected(b, m, index, axis)
    return { index: held(b.node('Floor', [x])), ...tap }
  }
  const isInside = m.and(m.greaterOrEqual(index, 0), m.lessOrEqual(index, last))
  const kept = (x: string) => m.where(isInside, x, 0)
  return { index: held(index), weight: kept(tap.weight), slope: tap.slope && kept(tap.slope) }
}

/** x mirrored at both ends until it lies within them, and the sign of its slope. */
function reflected(b: TypedBuilder, m: Maths, x: string, { size, align }: Axis) {
  const [low, range] = align ? [0, size - 1] : [-0.5, size]
  if (range === 0) return { x: m.fullLike(x, low), sign: m.fullLike(x, 0) }
  // There and back is one period.
  const period = b.literal(b.dtype(x), 2 * range)
  const way = b.node('Mod', [m.sub(x, low), period], { fmod: 0 })
  const isThere = m.lessOrEqual(way, range)
  return {
    x: m.add(m.where(isThere, way, m.sub(2 * range, way)), low),
    sign: m.where(isThere, m.fullLike(x, 1), -1),
  }
}

function cornersOf(m: Maths, axes: readonly (readonly Tap[])[], sizes: readonly number[]): readonly Corner[] {
  const strides = stridesOf(sizes)
  const product = (factors: readonly string[]) => factors.reduce((p, q) => m.mul(p, q))
  const choices = axes.reduce<readonly (readonly Tap[])[]>(
    (lists, taps) => lists.flatMap((list) => taps.map((tap) => [...list, tap])),
    [[]],
  )
  return choices.map((taps) => ({
    index: taps.map(({ index }, axis) => m.mul(index, strides[axis]!)).reduce((p, q) => m.add(p, q)),
    weight: product(taps.map(({ weight }) => weight)),
    slopes: taps.map(
      ({ slope }, axis) => slope && product(taps.map((tap, i) => (i === axis ? slope : tap.weight))),
    ),
  }))
}
