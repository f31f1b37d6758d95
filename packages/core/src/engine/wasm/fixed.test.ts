import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { symbol } from '../../base/dim.ts'
import { tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import { portableTarget } from '../../kernel/target.ts'
import { openChapter, prepareChapter } from './chapter.ts'
import { openMachine } from './machine.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void // what the flag adds

it('lets constants go that were known for one size alone', async () => {
  const b = graphBuilder({ name: 'positions' })
  const x = b.input('x', tensorType('float32', [symbol('N')]))
  const size = b.node('ReduceProd', [b.node('Shape', [x])], { keepdims: 0 })
  const [start, step] = [0n, 1n].map((one) => b.constant(tensor('int64', [], BigInt64Array.of(one))))
  const positions = b.node('Range', [start!, size, step!], {}, { outputs: ['positions'] })
  const chapter = openChapter(b.build([b.node('Add', [x, b.node('Cast', [positions], { to: 1 })])]))
  const machine = openMachine({ target: portableTarget, isShared: false, poll: () => 0 })
  const folded = Array.from({ length: 30 }, (_, i) => {
    const at = { address: 0, sizeBytes: 0, dtype: 'float32', shape: [100 + i] } as const
    const values = new Map([['x', { kind: 'memory', at } as const]])
    const prepared = prepareChapter(chapter, values, chapter.graph.outputs, machine, {
      threads: 1,
      planBytes: 0,
    })
    const [content] = [...prepared.plan.fixed].map(machine.fixed.contentOf)
    return new WeakRef(content!)
  })
  // A reference that was just made holds its target until this turn ends.
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  // What inference found last is remembered for some sizes.
  expect(folded.filter((one) => one.deref()).length).toBeLessThan(10)
})
