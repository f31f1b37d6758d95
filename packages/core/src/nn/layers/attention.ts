/** Attention, and the blocks of transformers (Vaswani et al., "Attention is all you need", 2017). */
import { fanUniform, type Initializer, xavierUniform, zeros } from '../init/initializers.ts'
import { type Module, module } from '../module.ts'
import { ones } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { parameter } from '../variable.ts'
import { dropout } from './dropout.ts'
import { affine, linear } from './linear.ts'
import { layerNorm } from './normalization.ts'

export interface AttentionOptions {
  /** True: no position sees those after it. */
  readonly causal?: boolean
  /** Of attention weights while training; 0 unless given. */
  readonly dropout?: number
  readonly bias?: boolean
  /** Of the projections of queries, keys and values; uniform by Glorot unless given. */
  readonly init?: Initializer
  /** Of the projection of the result. */
  readonly outInit?: Initializer
}

export interface AttentionInputs {
  readonly query: Tensor
  /** The query unless given. */
  readonly key?: Tensor
  /** The key unless given. */
  readonly value?: Tensor
  /** Added to scores: [queries, keys], or with batch and heads before them. */
  readonly mask?: Tensor
}

/**
 * Attention of several heads: [batch, length, features] of queries, and of keys and values, to [batch, length, features].
 * Parameters as PyTorch has them: `in_proj_weight` [3 · features, features], `in_proj_bias`, `out_proj.weight`,
 * `out_proj.bias`.
 */
export function multiHeadAttention(
  features: number,
  heads: number,
  options: AttentionOptions = {},
): Module<[inputs: AttentionInputs | Tensor], Tensor> {
  const { causal = false, bias = true, init = xavierUniform(), outInit = fanUniform(features) } = options
  const parts = {
    in_proj_weight: parameter({ shape: [3 * features, features], init }),
    in_proj_bias: bias ? parameter({ shape: [3 * features], init: zeros }) : undefined,
    out_proj: linear(features, features, { bias, init: outInit }),
    dropout: dropout(options.dropout ?? 0),
  }
  return module('multiHeadAttention', parts, (self, given: AttentionInputs | Tensor) => {
    const {
      query,
      key = query,
      value = key,
      mask,
    }: AttentionInputs = 'query' in given ? given : { query: given }
    const [q, k, v] = project(query, key, value, self.in_proj_weight.tensor, self.in_proj_bias?.tensor).map(
      (one) => split(one, heads),
    ) as [Tensor, Tensor, Tensor] // of three
    const scores = q.matmul(k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(features / heads))
    const masked = causal ? scores.where(seen(scores), -1e9) : scores
    const weights = self.dropout((mask ? masked.add(mask) : masked).softmax())
    const joined = weights.matmul(v).transpose([0, 2, 1, 3]).reshape([0, 0, features])
    return self.out_proj(joined)
  })
}

/** One product for all three where they come of the same tensor. */
function project(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
): readonly Tensor[] {
  if (query === key && key === value) return affine(query, weight, bias).split(3, -1)
  const weights = weight.split(3, 0)
  const biases = bias?.split(3, 0)
  return [query, key, value].map((one, i) => affine(one, weights[i]!, biases?.[i]))
}

/** [batch, length, features] to [batch, heads, length, features / heads]. */
function split(x: Tensor, heads: number): Tensor {
  const features = x.dims.at(-1) as number // a projection's
  return x.reshape([0, 0, heads, features / heads]).transpose([0, 2, 1, 3])
}

/** True where a key is not after the query. */
function seen(scores: Tensor): Tensor {
  const [queries, keys] = scores.shape.slice(-2) as [number, number] // of four
  return ones([queries, keys])
    .tril(keys - queries)
    .cast('bool')
}

export interface TransformerBlockOptions extends AttentionOptions {
  /** Features inside of the perceptron; 4 times those outside unless given. */
  readonly hidden?: number
  /** Of what attention and perceptron give while training. */
  readonly residualDropout?: number
  /** `tanh` is GPT-2's approximation. */
  readonly gelu?: 'none' | 'tanh'
}

/**
 * Attention and a perceptron, each behind a layer norm and added to what came in, as GPT-2 has them. Parts `ln_1`, `attn`,
 * `ln_2`, `mlp.fc`, `mlp.proj`.
 */
export function transformerBlock(
  features: number,
  heads: number,
  options: TransformerBlockOptions = {},
): Module<[x: Tensor], Tensor> {
  const { hidden = 4 * features, bias = true, residualDropout = 0, init, outInit, gelu = 'none' } = options
  const perceptron = module(
    'mlp',
    {
      fc: linear(features, hidden, { bias, ...(init && { init }) }),
      proj: linear(hidden, features, { bias, ...(outInit && { init: outInit }) }),
    },
    ({ fc, proj }, x: Tensor) => proj(fc(x).gelu({ approximate: gelu })),
  )
  const parts = {
    ln_1: layerNorm(features, { bias }),
    attn: multiHeadAttention(features, heads, options),
    ln_2: layerNorm(features, { bias }),
    mlp: perceptron,
    drop: dropout(residualDropout),
  }
  return module('transformerBlock', parts, ({ ln_1, attn, ln_2, mlp, drop }, x: Tensor) => {
    const attended = x.add(drop(attn(ln_1(x))))
    return attended.add(drop(mlp(ln_2(attended))))
  })
}
