import { tensorType, type Value } from '../base/value.ts'
import { bool, f32 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { optional } from './optional.ts'
import { optionalGetElement } from './optional-get-element.ts'
import { optionalHasElement } from './optional-has-element.ts'

const element = tensorType('float32', [1])
const empty: Value = { kind: 'optional', element }
const full: Value = { kind: 'optional', element, value: f32([1]) }
const list: Value = { kind: 'sequence', element, items: [f32([1])] }

opTest(optional, {
  cases: [
    { name: 'of a tensor', inputs: { input: f32([1]) }, outputs: { output: full } },
    {
      name: 'of a sequence',
      inputs: { input: list },
      outputs: { output: { kind: 'optional', element: { kind: 'sequence', element }, value: list } },
    },
    {
      name: 'of nothing',
      inputs: {},
      attrs: { type: { kind: 'type', value: element } },
      outputs: { output: empty },
    },
  ],
  invalid: [
    {
      name: 'neither input nor type',
      inputs: {},
      code: 'SLP-O2',
      message: 'type must be given where input is not',
    },
    {
      name: 'another type',
      inputs: { input: f32([1]) },
      attrs: { type: { kind: 'type', value: tensorType('int64') } },
      code: 'SLP-O2',
      message: 'type must be that of the input, float32, got "int64"',
    },
  ],
})

opTest(optionalGetElement, {
  cases: [
    { name: 'from an optional', inputs: { input: full }, outputs: { output: f32([1]) } },
    { name: 'a tensor', inputs: { input: f32([1]) }, outputs: { output: f32([1]) } },
    { name: 'a sequence', inputs: { input: list }, outputs: { output: list } },
  ],
  symbolic: [{ name: 'keeps names', inputs: { input: 'int8[N]' }, outputs: ['int8[N]'] }],
  invalid: [
    {
      name: 'from nothing',
      inputs: { input: empty },
      code: 'SLP-O4',
      message: 'the optional must hold an element',
    },
  ],
})

opTest(optionalHasElement, {
  cases: [
    { name: 'full', inputs: { input: full }, outputs: { output: bool(true) } },
    { name: 'empty', inputs: { input: empty }, outputs: { output: bool(false) } },
    { name: 'absent', inputs: {}, outputs: { output: bool(false) } },
    { name: 'a tensor', inputs: { input: f32([1]) }, outputs: { output: bool(true) } },
    { name: 'a sequence', inputs: { input: list }, outputs: { output: bool(true) } },
  ],
  symbolic: [{ name: 'a scalar', inputs: { input: 'int8[N]' }, outputs: ['bool[]'] }],
})
