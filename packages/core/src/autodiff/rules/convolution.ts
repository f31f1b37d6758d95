/** Gradients of convolutions, which are convolutions again. */
import { conv } from '../../ops/conv.ts'
import { convTranspose, outputAxes } from '../../ops/conv-transpose.ts'
import type { WindowAxis, WindowSpec } from '../../ops/shared/window.ts'
import { convGradW } from '../../ops/slipway/conv-grad-w.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'
import { cutLike, knownSizes, spreadOverWindows } from '../window-gradient.ts'

interface Grouped extends WindowSpec {
  readonly group: number
}

const windowOf = ({ auto_pad = 'NOTSET', pads, strides, dilations, group }: Grouped) => ({
  auto_pad,
  pads,
  strides,
  dilations,
  group,
})

const overMaps = (b: TypedBuilder, m: Maths, gradient: string) =>
  m.sum(
    gradient,
    b
      .shape(gradient)
      .map((_, axis) => axis)
      .filter((axis) => axis !== 1),
    false,
  )

const weightGradient = (
  b: TypedBuilder,
  x: string,
  gradient: string,
  kernel: readonly number[],
  spec: Grouped,
) => b.node('ConvGradW', [x, gradient], { ...windowOf(spec), kernel_shape: kernel }, { domain: 'ai.slipway' })

export const convGradient = defineGradient(
  conv,
  ({ b, m, inputs: { X, W }, gradients: { Y }, attrs, wants }) => {
    const kernel = knownSizes(b, W)
    const windows = { over: X, gradient: Y, weights: W, group: attrs.group, spec: windowOf(attrs), kernel }
    return {
      X: wants('X') ? spreadOverWindows(b, windows) : undefined,
      W: wants('W') ? weightGradient(b, X, Y, kernel, attrs) : undefined,
      B: wants('B') ? overMaps(b, m, Y) : undefined,
    }
  },
)

// The adjoint's adjoint is the convolution; its weights see Y where those of a convolution see X.
export const convTransposeGradient = defineGradient(
  convTranspose,
  ({ b, m, inputs: { X, W }, gradients: { Y }, attrs, wants }) => {
    const kernel = knownSizes(b, W)
    const { output_shape } = attrs
    const sizes = output_shape
      ? knownSizes(b, X)
      : b
          .shape(X)
          .slice(2)
          .map((size) => (typeof size === 'number' ? size : anySize))
    const spec = { ...explicit(outputAxes(sizes, kernel, attrs)), group: attrs.group }
    return {
      X: wants('X') ? convolved(b, Y, W, X, spec) : undefined,
      W: wants('W') ? weightGradient(b, Y, X, kernel, spec) : undefined,
      B: wants('B') ? overMaps(b, m, Y) : undefined,
    }
  },
)

/** Without output_shape the padding of a transposed convolution does not depend on its input's size. */
const anySize = 1 << 20

const explicit = (axes: readonly WindowAxis[]) => ({
  auto_pad: 'NOTSET' as const,
  strides: axes.map(({ stride }) => stride),
  dilations: axes.map(({ dilation }) => dilation),
  pads: [...axes.map(({ padBegin }) => padBegin), ...axes.map(({ padEnd }) => padEnd)],
})

/** A convolution in the shape of a value: windows at the end that it has no element for are left out. */
function convolved(b: TypedBuilder, x: string, weights: string, like: string, spec: Grouped): string {
  const whole = b.node('Conv', [x, weights], windowOf(spec))
  const sizes = b.shape(whole).slice(2)
  return sizes.every((size, i) => size === b.shape(like)[i + 2]) ? whole : cutLike(b, whole, like)
}

// dW is linear in X and in dY.
export const convGradWGradient = defineGradient(
  convGradW,
  ({ b, inputs: { X, dY }, gradients: { dW }, attrs, wants }) => {
    const { kernel_shape: kernel, group } = attrs
    const windows = { over: X, gradient: dY, weights: dW, group, spec: windowOf(attrs), kernel }
    return {
      X: wants('X') ? spreadOverWindows(b, windows) : undefined,
      dY: wants('dY') ? convolved(b, X, dW, dY, attrs) : undefined,
    }
  },
)
