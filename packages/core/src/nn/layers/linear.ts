/** Fully connected layers. */
import { fanUniform, type Initializer } from '../init/initializers.ts'
import { type Module, module } from '../module.ts'
import { applyOperator } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { parameter } from '../variable.ts'

export interface LinearOptions {
  /** True unless given. */
  readonly bias?: boolean
  /** Of the weight; uniform within 1 / √inFeatures unless given, which is always what the bias begins with. */
  readonly init?: Initializer
}

/** x Wᵀ + b over the last axis: [..., inFeatures] to [..., outFeatures]. Parameters `weight` [out, in] and `bias` [out]. */
export function linear(
  inFeatures: number,
  outFeatures: number,
  { bias = true, init = fanUniform(inFeatures) }: LinearOptions = {},
): Module<[x: Tensor], Tensor> {
  const parts = {
    weight: parameter({ shape: [outFeatures, inFeatures], init }),
    bias: bias ? parameter({ shape: [outFeatures], init: fanUniform(inFeatures) }) : undefined,
  }
  return module('linear', parts, ({ weight, bias }, x: Tensor) => affine(x, weight.tensor, bias?.tensor))
}

/** x Wᵀ + b. Leading axes become one, since a single product of matrices is the fastest. */
export function affine(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [outFeatures, inFeatures] = weight.shape as [number, number] // of two axes
  const { dims } = x
  if (dims.length === 2) return applyOperator('Gemm', [x, weight, bias], { transB: 1 })
  const flat = applyOperator('Gemm', [x.reshape([-1, inFeatures]), weight, bias], { transB: 1 })
  const lead = dims.slice(0, -1)
  const unknown = lead.filter((size) => typeof size !== 'number').length
  if (unknown <= 1)
    return flat.reshape([...lead.map((size) => (typeof size === 'number' ? size : -1)), outFeatures])
  const product = x.matmul(weight.transpose())
  return bias ? product.add(bias) : product
}
