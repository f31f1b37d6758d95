import { type Dim, mulDims } from '../base/dim.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { buildRearrangement, checkBlock, divideSize, type Rearrangement, rearrange } from './shared/blocks.ts'
import { tensorsIr4 } from './types.ts'

const modes = ['DCR', 'CRD'] as const
type Mode = (typeof modes)[number]

/**
 * Moves groups of blocksize² channels into blocks of height and width. The place in the block is the outer
 * part of the channel in mode DCR, the inner one in mode CRD.
 */
export const depthToSpace = defineOp({
  name: 'DepthToSpace',
  since: [1, 11, 13, 28],
  types: { T: tensorsIr4 },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: { blocksize: attr.required.int(), mode: attr.oneOf(modes, 'DCR') },
  infer: ({ input }, { blocksize, mode }, { freshDim }) => {
    const sizes = checkBlock(input, blocksize, freshDim)
    return { output: tensorFact(input.dtype, plan(sizes, blocksize, mode).to) }
  },
  reference: ({ input }, { blocksize, mode }) => ({
    output: rearrange(input, plan(input.shape, blocksize, mode)),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    build: (b, { input }, { blocksize, mode }, { inputs }) => {
      const { shape } = inputs.input
      const output = shape && buildRearrangement(b, input, plan(shape, blocksize, mode))
      return output === undefined ? undefined : { output }
    },
  },
})

function plan([n, c, h, w]: readonly Dim[], size: number, mode: Mode): Rearrangement {
  const depth = divideSize('channels', c!, size * size)
  const to = [n!, depth, mulDims(h!, size), mulDims(w!, size)]
  return mode === 'DCR'
    ? { split: [n!, size, size, depth, h!, w!], perm: [0, 3, 4, 1, 5, 2], to }
    : { split: [n!, depth, size, size, h!, w!], perm: [0, 1, 4, 2, 5, 3], to }
}
