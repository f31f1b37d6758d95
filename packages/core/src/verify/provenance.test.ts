import { describe, expect, it } from 'vitest'
import { readModel } from '../formats/onnx/read.ts'
import { writeOnnx } from '../formats/onnx/write.ts'
import { graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { provenanceKey, readProvenance, recordStage } from './provenance.ts'
import { verifyModel } from './verify-model.ts'

function graphOf(op: string): Graph {
  const b = graphBuilder({ name: 'one' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [3] })
  const w = b.literal('float32', [1, 2, 3])
  return b.build([b.node(op, [x, w])], new Map([[op, { kind: 'tensor', dtype: 'float32', shape: [3] }]]))
}

const chain = async (graph: Graph) => {
  const first = await recordStage(new Map([['author', 'me']]), {
    stage: 'train',
    version: '1',
    after: graphOf('Add'),
  })
  return recordStage(first, {
    stage: 'convert',
    version: '1',
    settings: { opset: '21' },
    before: graphOf('Add'),
    after: graph,
  })
}

describe('provenance', () => {
  it('is read back from a file, in whole', async () => {
    const graph = graphOf('Mul')
    const read = readModel(writeOnnx(graph, { metadata: await chain(graph) }))
    expect(read.metadata.get('author')).toBe('me')
    const found = await readProvenance(read.metadata, read.graph)
    expect(found?.problems).toEqual([])
    expect(found?.stages).toMatchObject([
      { stage: 'train', inputs: { x: 'float32[3]' } },
      { stage: 'convert', settings: { opset: '21' } },
    ])
    expect(await readProvenance(new Map(), graph)).toBeUndefined()
  })

  it('gives the same text each time, without a clock', async () => {
    const [a, b] = [await chain(graphOf('Mul')), await chain(graphOf('Mul'))]
    expect(a).toEqual(b)
    expect(a.get(provenanceKey)).not.toMatch(/durationMs/)
  })

  it('warns of a graph or an entry that was changed afterwards', async () => {
    const metadata = await chain(graphOf('Mul'))
    const problems = async (changed: ReadonlyMap<string, string>, graph = graphOf('Mul')) =>
      (await readProvenance(changed, graph))?.problems
    expect(await problems(metadata, graphOf('Sub'))).toEqual([
      'the graph was changed after the last stage (convert)',
    ])
    const text = metadata.get(provenanceKey)!
    const edited = new Map([[provenanceKey, text.replace('"version":"1"', '"version":"2"')]])
    expect(await problems(edited)).toEqual(['stage 1 (train) was changed after it was written'])
    const second = JSON.stringify([JSON.parse(text)[1]])
    expect((await problems(new Map([[provenanceKey, second]])))?.[0]).toContain('was changed')
    expect(await problems(new Map([[provenanceKey, '{']]))).toEqual(['the chain is not readable'])
  })

  it('is a stage of the pipeline, which only warns', async () => {
    const bytes = writeOnnx(graphOf('Sub'), { metadata: await chain(graphOf('Mul')) })
    const { passed, stages } = await verifyModel({ bytes })
    expect(passed).toBe(true)
    expect(stages.find(({ stage }) => stage === 'provenance')?.findings).toMatchObject([{ code: 'SLP-V19' }])
  })
})
