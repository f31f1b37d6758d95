import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { gridSample as standard } from '../grid-sample.ts'
import { one } from '../param.ts'
import { ieeeFloats } from '../types.ts'
import { inferAs } from './shared/alias.ts'

const modes = { bilinear: 'linear', nearest: 'nearest', bicubic: 'cubic' } as const

/** Samples images X at the places that Grid names, in [-1, 1] along both axes, between their pixels. */
export const gridSample = defineOp({
  name: 'GridSample',
  domain: 'com.microsoft',
  since: [1],
  types: { T1: ieeeFloats, T2: ieeeFloats },
  inputs: { X: one('T1'), Grid: one('T1') },
  outputs: { Y: one('T2') },
  attrs: {
    align_corners: attr.int(0),
    mode: attr.oneOf(['bilinear', 'nearest', 'bicubic'], 'bilinear'),
    padding_mode: attr.oneOf(['zeros', 'border', 'reflection'], 'zeros'),
  },
  infer: ({ X, Grid }, attrs, context) => ({
    Y: inferAs(standard, { X, grid: Grid }, { ...attrs, mode: modes[attrs.mode] }, context),
  }),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { X, Grid }, attrs) => ({
      Y: b.node('GridSample', [X, Grid], { ...attrs, mode: modes[attrs.mode] }),
    }),
  },
})
