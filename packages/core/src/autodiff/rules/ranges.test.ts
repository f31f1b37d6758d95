import { expect, it } from 'vitest'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import { range as contribRange } from '../../ops/contrib/range.ts'
import type { AnyOp } from '../../ops/define.ts'
import { range } from '../../ops/range.ts'
import { f64 } from '../../testing/literals.ts'
import { gradcheck } from '../gradcheck.ts'

ownGradTest(range)
ownGradTest(contribRange)

/** How many numbers there are is known in a run only, so that what is checked is one number made of them. */
function ownGradTest({ name, domain }: AnyOp): void {
  it.each([
    ['forwards', 0.3, 2.9, 0.7],
    ['backwards', 2.9, 0.3, -0.7],
  ])(`${domain}.${name} has the gradient that differences say, %s`, (_, ...ends) => {
    const b = graphBuilder()
    const names = ['start', 'limit', 'delta'].map((one) => b.input(one, tensorType('float64', [])))
    const numbers = b.node(name, names, {}, { domain })
    const graph = b.build([b.node('ReduceSum', [b.node('Mul', [numbers, numbers])], { keepdims: 0 })])
    const report = gradcheck(graph, new Map(names.map((one, i) => [one, f64(ends[i]!)])))
    expect(report.findings).toEqual([])
    expect(report.checked).toBe(3)
  })
}
