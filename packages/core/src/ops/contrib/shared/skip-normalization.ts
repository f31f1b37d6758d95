/** What the normalizations of a sum of input and skip connection share. */
import type { DType } from '../../../base/dtype.ts'
import type { GraphBuilder } from '../../../ir/builder.ts'
import { tensorFact } from '../../fact.ts'
import { type FactArgs, maybe, type NameArgs, one } from '../../param.ts'
import { castTo } from '../../shared/cast-node.ts'
import { requireBroadcastsTo, requireShape } from '../../shared/require.ts'

export const skipTypes = { T: ['float32', 'float16', 'bfloat16'], U: ['float32'] } as const
export const skipOutputs = {
  output: one('T'),
  mean: maybe('U'),
  inv_std_var: maybe('U'),
  input_skip_bias_sum: maybe('T'),
}
const summands = { input: one('T'), skip: one('T'), bias: maybe('T') }
type Summands = typeof summands

/** Facts of the outputs. Throws SLP-O2 where skip or the vectors do not fit the input. */
export function inferSkip({
  input,
  skip,
  ...vectors
}: Pick<FactArgs<Summands>, 'input' | 'skip'> & Readonly<Record<string, FactArgs<Summands>['bias']>>) {
  requireBroadcastsTo('skip', skip, input.shape)
  for (const [name, vector] of Object.entries(vectors)) requireShape(name, vector, [input.shape?.at(-1)])
  const statistics = input.shape?.with(-1, 1)
  return {
    output: tensorFact(input.dtype, input.shape),
    mean: tensorFact('float32', statistics),
    inv_std_var: tensorFact('float32', statistics),
    input_skip_bias_sum: tensorFact(input.dtype, input.shape),
  }
}

/** input + skip + bias in float32, which onnxruntime adds and normalizes in. */
export function skipSum(b: GraphBuilder, { input, skip, bias }: NameArgs<Summands>, dtype: DType): string {
  const wide = (x: string) => castTo(b, x, dtype, 'float32')
  const sum = b.node('Add', [wide(input), wide(skip)])
  return bias === undefined ? sum : b.node('Add', [sum, wide(bias)])
}
