/** Pooling, over the last one or two axes. */
import { applyOperator } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { listOf, type Sizes } from './conv.ts'

export interface PoolOptions {
  /** The kernel's size unless given. */
  readonly stride?: Sizes
  readonly padding?: Sizes
  /** True: sizes are rounded up. */
  readonly ceilMode?: boolean
}

type Layer = (x: Tensor) => Tensor

export function maxPool1d(
  kernelSize: Sizes,
  options: PoolOptions & { readonly dilation?: Sizes } = {},
): Layer {
  return maxPool(1, kernelSize, options)
}

export function maxPool2d(
  kernelSize: Sizes,
  options: PoolOptions & { readonly dilation?: Sizes } = {},
): Layer {
  return maxPool(2, kernelSize, options)
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether zeros of the padding count; true unless given, as in PyTorch. */
  readonly countIncludePad?: boolean
}

export function avgPool1d(kernelSize: Sizes, options: AvgPoolOptions = {}): Layer {
  return avgPool(1, kernelSize, options)
}

export function avgPool2d(kernelSize: Sizes, options: AvgPoolOptions = {}): Layer {
  return avgPool(2, kernelSize, options)
}

/** The mean of each channel: [batch, channels, …] to [batch, channels]. */
export function globalAvgPool(x: Tensor): Tensor {
  return applyOperator('GlobalAveragePool', [x]).flatten(1)
}

/** The greatest element of each channel: [batch, channels, …] to [batch, channels]. */
export function globalMaxPool(x: Tensor): Tensor {
  return applyOperator('GlobalMaxPool', [x]).flatten(1)
}

function maxPool(
  axes: number,
  kernelSize: Sizes,
  options: PoolOptions & { readonly dilation?: Sizes },
): Layer {
  const attributes = {
    ...attributesOf(axes, kernelSize, options),
    dilations: listOf(options.dilation ?? 1, axes),
  }
  return (x) => applyOperator('MaxPool', [x], attributes)
}

function avgPool(
  axes: number,
  kernelSize: Sizes,
  { countIncludePad = true, ...options }: AvgPoolOptions,
): Layer {
  const attributes = {
    ...attributesOf(axes, kernelSize, options),
    count_include_pad: countIncludePad ? 1 : 0,
  }
  return (x) => applyOperator('AveragePool', [x], attributes)
}

function attributesOf(
  axes: number,
  kernelSize: Sizes,
  { stride, padding = 0, ceilMode = false }: PoolOptions,
) {
  const side = listOf(padding, axes)
  return {
    kernel_shape: listOf(kernelSize, axes),
    strides: listOf(stride ?? kernelSize, axes),
    pads: [...side, ...side],
    ceil_mode: ceilMode ? 1 : 0,
  }
}
