import { describe, expect, it } from 'vitest'
import { tensorType } from '../base/value.ts'
import { parseGraph } from '../ir/parse.ts'
import { add } from './add.ts'
import { defineOp } from './define.ts'
import { inferNode } from './infer-node.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'

const scope = { label: 'n', inferGraph: () => [] }
const node = (text: string) => parseGraph(`graph g(a, b) -> () { ${text} }`).nodes[0]!
const vectors = [{ type: tensorType('float32', [2]) }, { type: tensorType('float32', [3]) }]

describe('inferNode', () => {
  it('says node, operator and inputs where an operator refuses', () => {
    expect(() => inferNode(add, node('c = Add(a, b) @sum'), vectors, scope)).toThrow(
      '[SLP-O2] Cannot infer types: the shapes must broadcast (equal sizes, or 1), got "[2] and [3]" (node "sum"; operator Add; inputs float32[2], float32[3])',
    )
  })

  it('calls a node without a name by its first output', () => {
    expect(() => inferNode(add, node('c = Add(a, b)'), vectors, scope)).toThrow('(node "c"; operator Add;')
  })

  it('keeps the remedy, once, and text in brackets', () => {
    const fussy = defineOp({
      ...add,
      inputs: { A: one('T'), B: one('T') },
      outputs: { C: one('T') },
      attrs: {},
      traits: [],
      infer: () => refuse('sizes (at least 2) must be even', 3, 'Pad the input.'),
    })
    expect(() => inferNode(fussy, node('c = Add(a, b)'), vectors, scope)).toThrow(
      /^\[SLP-O2\] Cannot infer types: sizes \(at least 2\) must be even, got 3 \(node "c"; [^)]*\)\. Pad the input\.$/,
    )
  })
})
