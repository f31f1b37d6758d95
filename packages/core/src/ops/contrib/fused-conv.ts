import { attr } from '../attr.ts'
import { conv } from '../conv.ts'
import { defineOp } from '../define.ts'
import { maybe, one } from '../param.ts'
import { windowAttrs } from '../shared/window.ts'
import { ieeeFloats } from '../types.ts'
import { inferAs } from './shared/alias.ts'
import { activate, checkActivation } from './shared/fused-activation.ts'

/** An activation of Conv, or of Conv plus Z. */
export const fusedConv = defineOp({
  name: 'FusedConv',
  domain: 'com.microsoft',
  since: [1],
  types: { T: ieeeFloats },
  inputs: { X: one('T'), W: one('T'), B: maybe('T'), Z: maybe('T') },
  outputs: { Y: one('T') },
  attrs: {
    ...windowAttrs,
    activation: attr.optional.string(),
    activation_params: attr.optional.floats(),
    group: attr.int(1),
    kernel_shape: attr.optional.ints(),
  },
  infer: ({ X, W, B }, attrs, context) => {
    checkActivation(attrs.activation, attrs.activation_params ?? [])
    return { Y: inferAs(conv, { X, W, B }, attrs, context) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { X, W, B, Z }, { activation, activation_params, ...attrs }, { inputs }) => {
      const y = b.node('Conv', [X, W, B], attrs)
      const sum = Z === undefined ? y : b.node('Add', [y, Z])
      return { Y: activate(b, { x: sum, dtype: inputs.X.dtype }, activation, activation_params ?? []) }
    },
  },
})
