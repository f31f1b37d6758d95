import { attr } from './attr.ts'
import { patternOf } from './check-types.ts'
import { defineOp, none } from './define.ts'
import { any, maybeAny } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { optionalElements, optionalValues } from './types.ts'

/** An optional that holds the input, or an empty one of the element type `type`. */
export const optional = defineOp({
  name: 'Optional',
  since: [15, 28],
  types: { V: optionalElements, O: optionalValues },
  inputs: { input: maybeAny('V') },
  outputs: { output: any('O') },
  attrs: { type: attr.optional.type() },
  infer: ({ input }, { type }) => {
    if (input && type && patternOf(input.type) !== patternOf(type)) {
      refuse(`type must be that of the input, ${patternOf(input.type)}`, patternOf(type))
    }
    const element = input?.type ?? type ?? refuse('type must be given where input is not', 'neither')
    return { output: { type: { kind: 'optional', element } } }
  },
  reference: ({ input }, _attrs, { outputs }) => {
    const type = outputs[0]?.type
    if (type?.kind !== 'optional') return refuseValue('the type must be known', 'nothing')
    return { output: { kind: 'optional', element: type.element, value: input } }
  },
  gradient: none('no gradient passes through optional values'),
  lower: { kind: 'host' },
})
