import { defineOp, none } from './define.ts'
import { any } from './param.ts'
import { refuseValue } from './refuse.ts'
import { optionalElements, optionalValues } from './types.ts'

/** What an optional holds; a tensor or a sequence is passed on. */
export const optionalGetElement = defineOp({
  name: 'OptionalGetElement',
  since: [15, 18, 28],
  types: { O: [...optionalElements, ...optionalValues], V: optionalElements },
  inputs: { input: any('O') },
  outputs: { output: any('V') },
  attrs: {},
  infer: ({ input: { type, value, constant } }) => ({
    output: type.kind === 'optional' ? { type: type.element } : { type, value, constant },
  }),
  reference: ({ input }) => ({
    output:
      input.kind === 'optional'
        ? (input.value ?? refuseValue('the optional must hold an element', 'an empty one'))
        : input,
  }),
  gradient: none('no gradient passes through optional values'),
  lower: { kind: 'host' },
})
