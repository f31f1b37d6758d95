/** Convolutions, over one axis or two. */
import { elementCount } from '../../base/shape.ts'
import { fanUniform, type Initializer } from '../init/initializers.ts'
import { type Module, module } from '../module.ts'
import { applyOperator } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { parameter } from '../variable.ts'

/** One number for all axes, or one for each. */
export type Sizes = number | readonly number[]

export interface ConvOptions {
  /** 1 unless given. */
  readonly stride?: Sizes
  /**
   * Zeros on either side; 0 unless given. `same` keeps the sizes where the stride is 1. `causal`, over one axis only: all
   * of them before the first element, so that no output sees what comes after it.
   */
  readonly padding?: Sizes | 'same' | 'causal'
  readonly dilation?: Sizes
  readonly groups?: number
  readonly bias?: boolean
  /** Of the weight; uniform within 1 / √fan unless given. */
  readonly init?: Initializer
}

type Layer = Module<[x: Tensor], Tensor>

/** [batch, in, length] to [batch, out, length']. Parameters `weight` [out, in / groups, kernel] and `bias` [out]. */
export function conv1d(
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  options: ConvOptions = {},
): Layer {
  return conv(1, inChannels, outChannels, kernelSize, options)
}

/** [batch, in, height, width] to [batch, out, height', width']. */
export function conv2d(
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  options: ConvOptions = {},
): Layer {
  return conv(2, inChannels, outChannels, kernelSize, options)
}

function conv(
  axes: 1 | 2,
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  options: ConvOptions,
): Layer {
  const { groups = 1, bias = true } = options
  const kernel = listOf(kernelSize, axes)
  const strides = listOf(options.stride ?? 1, axes)
  const dilations = listOf(options.dilation ?? 1, axes)
  const pads = padsOf(options.padding ?? 0, kernel, dilations)
  const fan = (inChannels / groups) * elementCount(kernel)
  const { init = fanUniform(fan) } = options
  const parts = {
    weight: parameter({ shape: [outChannels, inChannels / groups, ...kernel], init }),
    bias: bias ? parameter({ shape: [outChannels], init: fanUniform(fan) }) : undefined,
  }
  const attributes = { kernel_shape: kernel, strides, dilations, pads, group: groups }
  return module(`conv${axes}d`, parts, ({ weight, bias }, x: Tensor) =>
    applyOperator('Conv', [x, weight.tensor, bias?.tensor], attributes),
  )
}

export interface ConvTransposeOptions extends Omit<ConvOptions, 'padding'> {
  /** Taken away on either side; 0 unless given. */
  readonly padding?: Sizes
  /** Added at the end of each axis. */
  readonly outputPadding?: Sizes
}

/** The transpose of `conv1d`. The parameter `weight` is [in, out / groups, kernel]. */
export function convTranspose1d(
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  options: ConvTransposeOptions = {},
): Layer {
  return convTranspose(1, inChannels, outChannels, kernelSize, options)
}

/** The transpose of `conv2d`. */
export function convTranspose2d(
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  options: ConvTransposeOptions = {},
): Layer {
  return convTranspose(2, inChannels, outChannels, kernelSize, options)
}

function convTranspose(
  axes: 1 | 2,
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  options: ConvTransposeOptions,
): Layer {
  const { groups = 1, bias = true } = options
  const kernel = listOf(kernelSize, axes)
  const side = listOf(options.padding ?? 0, axes)
  // PyTorch takes the fan of the weight as it is, which is that of the outputs.
  const fan = (outChannels / groups) * elementCount(kernel)
  const { init = fanUniform(fan) } = options
  const parts = {
    weight: parameter({ shape: [inChannels, outChannels / groups, ...kernel], init }),
    bias: bias ? parameter({ shape: [outChannels], init: fanUniform(fan) }) : undefined,
  }
  const attributes = {
    kernel_shape: kernel,
    strides: listOf(options.stride ?? 1, axes),
    dilations: listOf(options.dilation ?? 1, axes),
    pads: [...side, ...side],
    output_padding: listOf(options.outputPadding ?? 0, axes),
    group: groups,
  }
  return module(`convTranspose${axes}d`, parts, ({ weight, bias }, x: Tensor) =>
    applyOperator('ConvTranspose', [x, weight.tensor, bias?.tensor], attributes),
  )
}

export function listOf(sizes: Sizes, axes: number): readonly number[] {
  return typeof sizes === 'number' ? Array.from({ length: axes }, () => sizes) : sizes
}

/** Pads before all axes, then behind them. */
function padsOf(
  padding: Sizes | 'same' | 'causal',
  kernel: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]!)
  if (padding === 'causal') return [...reach, ...reach.map(() => 0)]
  if (padding === 'same')
    return [...reach.map((size) => size >> 1), ...reach.map((size) => size - (size >> 1))]
  const side = listOf(padding, kernel.length)
  return [...side, ...side]
}
