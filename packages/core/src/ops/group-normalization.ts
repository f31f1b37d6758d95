import { elementCount } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerGroupNormalization } from './lower/normalization.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { castTo } from './shared/cast-node.ts'
import { floatDTypeOfAttr } from './shared/dtype-attr.ts'
import { floatsOf } from './shared/elements.ts'
import { blocks, byChannel, momentsOf, standardize } from './shared/moments.ts'
import { requireShape } from './shared/require.ts'
import { floats } from './types.ts'

/** Standardises each of num_groups groups of channels per instance, then scales and shifts each channel. */
export const groupNormalization = defineOp({
  name: 'GroupNormalization',
  since: [18, 21],
  types: { T: floats },
  inputs: { X: one('T'), scale: one('T'), bias: one('T') },
  outputs: { Y: one('T') },
  attrs: { num_groups: attr.required.int(), epsilon: attr.float(1e-5), stash_type: attr.int(1) },
  infer: ({ X, scale, bias }, { num_groups, stash_type }) => {
    if (X.shape && X.shape.length < 2) refuse('X must have a batch and a channel axis', X.shape.length)
    floatDTypeOfAttr('stash_type', stash_type)
    const channels = X.shape?.[1]
    if (num_groups < 1) refuse('num_groups must be at least 1', num_groups)
    if (typeof channels === 'number' && channels % num_groups !== 0) {
      refuse(`the channels must divide by num_groups ${num_groups}`, channels)
    }
    requireShape('scale', scale, [channels])
    requireShape('bias', bias, [channels])
    return { Y: tensorFact(X.dtype, X.shape) }
  },
  reference: ({ X, scale, bias }, { num_groups, epsilon }) => {
    const x = floatsOf(X)
    const groups = blocks(x.length, elementCount(X.shape.slice(1)) / num_groups)
    const { groupOf } = byChannel(X.shape)
    const [gain, shift] = [floatsOf(scale), floatsOf(bias)]
    const y = standardize(x, groups, momentsOf(x, groups), epsilon)
    y.forEach((value, i) => {
      y[i] = value * gain[groupOf(i)]! + shift[groupOf(i)]!
    })
    return { Y: wide(X.dtype, X.shape, y) }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    emit: (inputs, { Y }, { num_groups, epsilon }, context) =>
      lowerGroupNormalization({ ...inputs, Y }, { groups: num_groups, epsilon }, context),
    build(b, { X, scale, bias }, { num_groups, epsilon, stash_type }, { inputs }) {
      const [own, stash] = [inputs.X.dtype, floatDTypeOfAttr('stash_type', stash_type)]
      const x = b.node('Reshape', [castTo(b, X, own, stash), b.literal('int64', [0, num_groups, -1])])
      const axes = b.literal('int64', [2])
      const deviation = b.node('Sub', [x, b.node('ReduceMean', [x, axes])])
      const variance = b.node('ReduceMean', [b.node('Mul', [deviation, deviation]), axes])
      const root = b.node('Sqrt', [b.node('Add', [variance, b.literal(stash, epsilon)])])
      const normalized = castTo(b, b.node('Div', [deviation, root]), stash, own)
      const shape = b.node('Shape', [X])
      const perChannel = b.literal('int64', [1, -1, 1])
      const channels = b.node('Reshape', [
        b.node('Reshape', [normalized, shape]),
        b.literal('int64', [0, 0, -1]),
      ])
      const scaled = b.node('Mul', [channels, b.node('Reshape', [scale, perChannel])])
      const shifted = b.node('Add', [scaled, b.node('Reshape', [bias, perChannel])])
      return { Y: b.node('Reshape', [shifted, shape]) }
    },
  },
})
