/** Ensembles end to end: their steps follow the routing of their models. */
import { expect, it } from 'vitest'
import { createServer } from './server.ts'
import { pairGraph, repositoryWith } from './testing/fixture.ts'
import { operatorOf } from './testing/operator.ts'

const config = `
  platform: "ensemble"
  response_cache { enable: true }
  input [ { name: "x" data_type: TYPE_FP32 dims: [ -1, 2 ] } ]
  output [ { name: "y" data_type: TYPE_FP32 dims: [ -1, 2 ] } ]
  ensemble_scheduling { step [ { model_name: "pair" model_version: -1
    input_map { key: "a" value: "x" } input_map { key: "b" value: "x" }
    output_map { key: "sum" value: "y" } } ] }`

it('run the default version of each step, also where that changes', async () => {
  using fixture = repositoryWith({
    'both/config.pbtxt': config,
    'both/1/.keep': '',
    'pair/1/model.onnx': pairGraph('Add'),
    'pair/2/model.onnx': pairGraph('Sub'),
  })
  const server = await createServer({ settleMs: 0, repository: fixture.root })
  try {
    await server.loaded
    const payload = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] })
    const ask = async () => {
      const answer = await server.app.inject({ method: 'POST', url: '/v2/models/both/infer', payload })
      return answer.json().outputs[0].data
    }
    expect(await ask()).toEqual([0, 0])
    await operatorOf(server.app).roll('pair', { labels: { stable: '1' } })
    expect(await ask()).toEqual([2, 4])
  } finally {
    await server.close()
  }
})
